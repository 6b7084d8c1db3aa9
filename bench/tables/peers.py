"""The peers of bench/tables: scikit-learn's models with their defaults, behind the preprocessing that a sensible person would give each."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

NAMES = ["mlp", "hgb", "linear", "forest"]
ONE_HOT_LEVELS, ORDINAL_LEVELS = 50, 250  # of a column; the rarer ones share one


class CommonLevels(BaseEstimator, TransformerMixin):
    """Keeps the most frequent levels of each column; the others become one level. Missing becomes a level `missing`, or stays NaN for None."""

    def __init__(self, most, missing=None):
        self.most, self.missing = most, missing

    def fit(self, frame, _=None):
        self.kept_ = {name: set(frame[name].value_counts().index[: self.most]) for name in frame.columns}
        return self

    def transform(self, frame):
        frame = frame.apply(lambda column: column.where(column.isna() | column.isin(self.kept_[column.name]), "(rare)"))
        return frame if self.missing is None else frame.fillna(self.missing)


def read(path, table):
    """The table as peers see it: (columns, target). A date becomes a number, its month, its day of the week and its hour."""
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={table["target"]: str} if table["task"] == "classification" else None)
    target = frame.pop(table["target"])
    for name in frame.columns:
        if frame[name].dtype in (object, bool):  # False and "rare" do not sort
            frame[name] = frame[name].astype(object).map(str, na_action="ignore")
    for name in table["dates"]:
        date = pd.to_datetime(frame.pop(name))
        frame = frame.assign(**{name: date.astype("int64") / 86400e9, name + ".month": date.dt.month, name + ".day": date.dt.dayofweek, name + ".hour": date.dt.hour})
    return frame, target.to_numpy()


def encoder(frame, kind):
    """Trees by histograms take missing numbers and categories as they are; all others imputed, standardised numbers and one-hot categories."""
    text = [name for name in frame.columns if frame[name].dtype == object]
    number = [name for name in frame.columns if name not in text]
    if kind == "hgb":
        levels = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        return ColumnTransformer([("text", make_pipeline(CommonLevels(ORDINAL_LEVELS), levels), text), ("number", "passthrough", number)]), list(range(len(text)))
    scaled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = make_pipeline(CommonLevels(ONE_HOT_LEVELS, "(missing)"), OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    return ColumnTransformer([("number", scaled, number), ("text", levels, text)]), None


def model(kind, task, categories, seed):
    if task == "classification":
        return {
            "mlp": lambda: MLPClassifier(random_state=seed),
            "hgb": lambda: HistGradientBoostingClassifier(categorical_features=categories, random_state=seed),
            "linear": lambda: LogisticRegression(max_iter=2000),
            "forest": lambda: RandomForestClassifier(n_jobs=2, random_state=seed),
        }[kind]()
    return {
        "mlp": lambda: TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler()),
        "hgb": lambda: HistGradientBoostingRegressor(categorical_features=categories, random_state=seed),
        "linear": lambda: RidgeCV(np.logspace(-3, 5, 17)),
        "forest": lambda: RandomForestRegressor(n_jobs=2, random_state=seed),
    }[kind]()


def predict(kind, task, frame, target, train, test, seed):
    """Predictions for the rows `test` of a model of the rows `train`."""
    columns, categories = encoder(frame, kind)
    pipeline = make_pipeline(columns, model(kind, task, categories, seed))
    return pipeline.fit(frame.iloc[train], target[train]).predict(frame.iloc[test])
