/* The commands: a row each. Dispatch, help, manual pages and completion follow from it. */
#include "cli/commands.h"

#include <string.h>

static const cli_command commands[] = {
    {
        .name = "inspect",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Show what a table or images hold, and what to beware of.",
        .description =
            "Prints for each column what it is taken for (number, boolean, category, date, text, id, constant), how much of it is "
            "missing, its distinct values, its range or most frequent values, a small histogram where standard output is a "
            "terminal that shows UTF-8, and what a network will read of it; then the target with its classes. Warnings "
            "come first: columns that determine the target, ids, constant columns, words among numbers, rare classes, rows "
            "that occur twice and the like. What a column is taken for can be changed with --types.\n"
            "\n"
            "The file is read once, in bounded memory, however large it is. Counts and ranges are of all rows; what needs the "
            "values themselves is of a sample of up to 100,000 rows. - reads standard input.\n"
            "\n"
            "With --augment it shows in place of all that what training rows would become: of images a picture, the originals on "
            "the left and seven variants beside each, written to --out; of a table some rows as read and varied.",
        .examples = "micrograd inspect data/iris.csv\n"
                    "Look at a table.\n"
                    "micrograd inspect customers.csv.gz --target churned --drop id,name --json\n"
                    "The same for programs.\n"
                    "micrograd inspect data/digits.csv --image 8x8 --augment 'shift(1) rotate(10)' --out sheet.png\n"
                    "Look at augmented images before training on them.",
        .run = cli_inspect,
    },
    {
        .name = "train",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Train a network on a table or on images.",
        .description =
            "FILE is CSV, NPY or NPZ, or IDX images whose labels lie beside them (train-images-idx3-ubyte, "
            "train-labels-idx1-ubyte), each also compressed (.gz); or a folder that holds one folder of PNG and JPEG pictures "
            "for each class; - reads standard input. The target is the last column unless --target names one. "
            "A target of text, "
            "or of whole numbers with at most 20 distinct values, is classified; else it is regressed. Rows without a "
            "target are left out.\n"
            "\n"
            "A share of the rows is kept for the test (20 %), which is looked at once, at the end, for an honest score; "
            "beside it stand a linear model and the answer that is always the same, and where the network is no better, "
            "that is said. The rest trains and validates: several networks are trained, each validated on other rows, and "
            "their answers averaged. What follows from the data, from the scaling of columns to the number of epochs, is "
            "learned or chosen without the test rows; --explain gives each choice its reason, --dry-run does all but train.\n"
            "\n"
            "The model is written to the current folder under the data's name, or to --out. It is one safetensors "
            "file that holds all "
            "that `micrograd predict` needs. Ctrl-C ends the training and keeps the best epoch so far.",
        .examples = "micrograd train data/iris.csv\n"
                    "Train on a table and write iris.safetensors.\n"
                    "micrograd train houses.csv --target price --model \"2*[dense(64) relu dropout(0.1)]\"\n"
                    "Choose the target and the hidden layers.\n"
                    "micrograd train sales.csv --split time:day --drop id --explain\n"
                    "Test on the newest rows, and say why each setting is what it is.\n"
                    "micrograd train new.csv --from iris.safetensors --out better.safetensors\n"
                    "Go on from a model's weights on new data.\n"
                    "micrograd train train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz --json\n"
                    "Train on MNIST, score on its test images, give the result as JSON.\n"
                    "micrograd train data/digits.csv --profile --trace trace.json\n"
                    "Say where the time went, and write the first steps for Perfetto.\n"
                    "micrograd train pets/train --test pets/test --image-size 32x32\n"
                    "Train on folders of pictures, one for each class.",
        .run = cli_train,
    },
    {
        .name = "predict",
        .operands = "MODEL FILE|-",
        .operand_count = 2,
        .help = "Predict the rows of a table or images; writes CSV.",
        .description =
            "Writes a header and one row for each row of FILE, in the same order: the column `prediction`, and for classes a "
            "column `probability_<class>` each, spelled as in the training data. Before them stand the columns that --keep names; "
            "numbers get `lower` and `upper` with --interval. FILE needs the columns that the model was trained on, in any order; "
            "others, the target too, are not looked at. It is read a piece at a time, in memory that does not grow with it; - reads "
            "standard input. Categories that training gave no example of are counted, on standard error.\n"
            "\n"
            "Of a policy (`micrograd play`) the columns of FILE are the observation in its order, whatever their names, and "
            "`prediction` is the action: its number, or where actions are numbers these.",
        .examples = "micrograd predict iris.safetensors new.csv > answers.csv\n"
                    "Predict a file.\n"
                    "micrograd predict houses.safetensors new.csv --keep id --interval 0.9 --out prices.csv\n"
                    "Keep a column beside the prediction and the interval that holds the truth for 90 % of rows.\n"
                    "zcat new.csv.gz | micrograd predict iris.safetensors -\n"
                    "Predict what comes through a pipe.",
        .run = cli_predict,
    },
    {
        .name = "evaluate",
        .operands = "MODEL FILE|-",
        .operand_count = 2,
        .help = "Score a model on rows that have their target.",
        .description =
            "Prints the metrics of the model's task on all rows of FILE that have a target, with 95 % intervals and the answer "
            "that is always the same beside, and how often each class was taken for which. - reads standard input. Rows that "
            "the model was trained on flatter it.",
        .examples = "micrograd evaluate iris.safetensors new.csv\n"
                    "Score a model.",
        .run = cli_evaluate,
    },
    {
        .name = "report",
        .operands = "RUN [RUN ...]|STUDY",
        .operand_count = 1,
        .operand_most = CLI_MAX_OPERANDS,
        .help = "Write a run's report again, set several runs side by side, or show a search.",
        .description =
            "RUN is a folder that --run-dir made. Of one run the report is written anew into its folder, or to --out: one HTML "
            "file with scores, curves, confusion matrix, calibration, mistakes, importance of columns and the network, which "
            "needs neither scripts nor a network. Its data are read again from where they were; where they are gone, the report "
            "goes without what needs their rows. Of several runs a page with the settings that differ, results, and curves over "
            "each other is written to report.html in the current folder, or to --out. STUDY is the journal of a search, which "
            "may still go on; its page, with the course of the search, what each setting did and the best trials, is written "
            "beside it (STUDY.html for STUDY.log), or to --out; as FILE.svg the parallel coordinates alone.",
        .examples = "micrograd report runs/first\n"
                    "Write runs/first/report.html again.\n"
                    "micrograd report runs/first runs/second --out both.html\n"
                    "Compare two runs.\n"
                    "micrograd report wine.log\n"
                    "Write wine.html, the page of a search.",
        .run = cli_report,
    },
    {
        .name = "watch",
        .operands = "RUN",
        .operand_count = 1,
        .help = "Draw a run's curves in the terminal, while it goes on.",
        .description =
            "RUN is a folder that --run-dir made, also of a run in another process. Training loss and validation metric are drawn "
            "anew with every epoch, until the run ends; --once draws them once. Where standard output is no terminal each epoch "
            "is a line.",
        .examples = "micrograd watch runs/first\n"
                    "Watch a run.\n"
                    "micrograd watch runs/first --once\n"
                    "See how far it is.",
        .run = cli_watch,
    },
    {
        .name = "show",
        .operands = "MODEL",
        .operand_count = 1,
        .help = "Show what a model holds and how it was trained.",
        .description =
            "Prints its layers with shapes, parameters and multiply-adds a row, the memory that inference and training take, "
            "the columns it reads with their encoding, how it was trained, what was chosen and why, and what came out.",
        .examples = "micrograd show iris.safetensors\n"
                    "Show a model.",
        .run = cli_show,
    },
    {
        .name = "graph",
        .operands = "MODEL",
        .operand_count = 1,
        .help = "Draw a model's network as a graph.",
        .description = "Writes the network on one row, as it runs for a prediction, in Graphviz's DOT language to standard "
                       "output or to --out; with --stage the program that it is compiled to: steps, the buffers between them "
                       "with their bytes, and where these lie. Where --out ends in .svg, "
                       "Graphviz's `dot` draws it; that program must be installed.",
        .examples = "micrograd graph iris.safetensors --out iris.svg\n"
                    "Draw a picture.\n"
                    "micrograd graph iris.safetensors --stage training --out step.svg\n"
                    "Draw the program of a step of training.\n"
                    "micrograd graph iris.safetensors | dot -Tpng > iris.png\n"
                    "Another format.",
        .run = cli_graph,
    },
    {
        .name = "doctor",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Say what ails a network's training, and what helps.",
        .description =
            "Trains briefly with the settings of `micrograd train`, measures gradients, activations and updates of each layer, and "
            "says in words what is wrong: vanishing, exploding, dead, saturated, symmetric, learning-rate-high, "
            "learning-rate-low, unscaled, imbalance, overfitting, underfitting, or that the network is healthy. The rules read what "
            "was measured, never the network's text; each names its layers, its figures and the paper that it is from.\n"
            "\n"
            "Then it tries the remedies that fit (initialisation, activation, normalisation, residual connections, clipping, "
            "scaling, learning rate, optimizer, width, depth and more), each in a brief training from the same seed and split, and, "
            "where one is not enough, several together. Validation rows decide; the test rows are not looked at. It ends with "
            "the command line to use, which gives what was told. A healthy network is left alone.\n"
            "\n"
            "With --find-lr instead: trains for some steps with rates that grow from far too low to far too high, several times, "
            "prints the losses and suggests a learning rate; `--lr find` of train takes it by itself.",
        .examples = "micrograd doctor data/digits.csv --model \"12*[dense(32) sigmoid]\" --init glorot_uniform\n"
                    "Why does a deep network not learn?\n"
                    "micrograd doctor data/wine.csv --model \"dense(64) tanh\" --scale none --lr 1e-3 --json\n"
                    "The same for programs.\n"
                    "micrograd doctor data/digits.csv --find-lr --out rates.svg\n"
                    "Find a learning rate and draw the losses by rate.",
        .run = cli_doctor,
    },
    {
        .name = "cross-validate",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Judge a model, or compare several, by cross-validation.",
        .description =
            "Deals the rows into folds. For each fold a model is trained on all others, from the scaling of columns to the best "
            "epoch (the validation rows are carved from those others), and scored on the fold, of which it has seen nothing. So "
            "every row has a part in the score, and no test part is kept. Printed are the scores of each fold; mean, deviation "
            "and a 95 % interval of each metric; beside them the mean on the rows that trained, and the score of all answers "
            "pooled; and how often each class was taken for which. No model is kept: `micrograd train` makes it, on all rows.\n"
            "\n"
            "--split says how rows are dealt: each class in proportion (auto, where there are classes), random, group:COLUMN (a "
            "group stays in one fold), time:COLUMN (each fold is newer than the rows that train for it), column:COLUMN (each value "
            "of the column is a fold). The folds follow from the data and the seed; they are trained side by side on the "
            "cores, and the numbers are the same on any number of them.\n"
            "\n"
            "With --compare, given twice or more, all models are judged on the same folds. The best is compared with each other one "
            "by the corrected resampled t-test (Nadeau & Bengio 2003), p by Holm's method, and the verdict says whether the folds "
            "can tell them apart. The interval of a mean follows from the same correction: folds share their training rows, so "
            "their scores vary less than those of new data would.",
        .examples = "micrograd cross-validate data/wine.csv\n"
                    "Five folds of a table.\n"
                    "micrograd cross-validate data/wine.csv --folds 10 --repeats 3 --predictions answers.csv --json\n"
                    "Ten folds, dealt three times; keep what was answered for each row.\n"
                    "micrograd cross-validate data/wine.csv --compare 'dense(64) relu' --compare ''\n"
                    "Is a hidden layer better than none?\n"
                    "micrograd cross-validate visits.csv --split group:patient --folds all\n"
                    "Leave one patient out.",
        .run = cli_cross_validate,
        .spreads = true,
    },
    {
        .name = "curve",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Does more data help; where does a setting under- and overfit?",
        .description =
            "Cross-validates along something that grows, on the same folds throughout, and sets what the rows that trained score "
            "beside what the rows of the folds do. Where both are poor the network underfits; where they part it overfits.\n"
            "\n"
            "--of rows: from a tenth to all of the rows that train. The verdict says whether more of them help, which is what to ask "
            "before collecting some. --of SETTING: a setting over a range of its own (lr, l2, dropout, batch, epochs, members ...), "
            "or all words of one (optimizer, init, scale); --of SETTING=RANGE over another: lr=log:1e-4..1e-1/7 is seven values, "
            "evenly in the logarithm; optimizer=adam|momentum two words. The verdict says which value is best, which are no worse "
            "that the folds can tell, and what the ends of the range suffer from.\n"
            "\n"
            "--out draws the curve as SVG, --report writes an HTML page. Many trainings: --folds 3, --members 1 or --fast make it "
            "quicker.",
        .examples = "micrograd curve data/digits.csv --of rows --members 1\n"
                    "Does more data help?\n"
                    "micrograd curve data/wine.csv --of weight-decay --out decay.svg\n"
                    "Where does it under- and overfit?\n"
                    "micrograd curve data/diabetes.csv --of 'epochs=log:2..200/6' --folds 3 --json\n"
                    "A range of one's own, for programs.",
        .run = cli_curve,
        .spreads = true,
    },
    {
        .name = "tune",
        .operands = "[FILE]",
        .operand_most = 1,
        .help = "Search settings and networks, or the arguments of any program.",
        .description =
            "Trains on FILE again and again with settings from --search and networks from holes in --model, and keeps what is best "
            "on validation rows. A hole is {name:range}: \"{n:1..4}*[dense({width:16..512:log}) {act:relu|gelu|tanh}]\" searches "
            "depth, widths and activations. Without either, what is usual for such data is searched, and printed. Other settings are "
            "those of `micrograd train` and the same in each trial; where --members is not given a trial trains one network.\n"
            "\n"
            "Trials are kept in a file, --study, that Optuna and its dashboard read; the same command again goes on from there, so "
            "that a search that was interrupted or killed loses nothing but the trials that were running. What is found depends on "
            "--seed and --trial-batch, not on the number of --workers.\n"
            "\n"
            "At the end the best three trials are run twice more on other seeds (with --folds on other folds), the best mean wins, "
            "and what the search flattered by is said. The winner is trained once more as `micrograd train` does it, scored on the "
            "test rows, which nothing has looked at before, and written to --out; the command that gives the same is printed.\n"
            "\n"
            "With --command there is no FILE: the text, {name} replaced by the trial's values, is run by /bin/sh. The last line of "
            "its output is the score, which is minimised unless --direction says otherwise; lines 'step score' before that let a "
            "pruner end it early.",
        .examples = "micrograd tune data/digits.csv --search lr=log:1e-4..1e-1 --search dropout=0..0.5 --trials 30\n"
                    "Search two settings.\n"
                    "micrograd tune houses.csv --time 10m --model \"{n:1..3}*[dense({width:16..256:log}) relu]\"\n"
                    "Search a network's depth and widths for ten minutes.\n"
                    "micrograd tune data/wine.csv --folds 5 --pruner wilcoxon --json\n"
                    "Judge by cross-validation, and end early what is worse on the first folds.\n"
                    "micrograd tune --command './fit {rate} {depth}' --search rate=log:1e-3..1 --search depth=int:1..9\n"
                    "Tune any program that prints a score.",
        .run = cli_tune,
        .spreads = true,
    },
    {
        .name = "cluster",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Find groups of rows that are alike, without labels.",
        .description =
            "FILE is anything that `micrograd train` reads, but there is no target: every column is looked at, except those of "
            "--drop and --truth. With --truth the groups are scored beside a column that holds the true ones. Missing cells and "
            "categories are encoded as for training.\n"
            "\n"
            "Distances need a common scale: numbers are standardised, unless all columns share a unit, as pixels do; what was done "
            "is printed with the reason, and --scale says otherwise.\n"
            "\n"
            "With --k LOW..HIGH, the default, each number of groups is tried. The highest silhouette decides (of mixtures the lowest "
            "BIC); gap statistic and stability stand beside it. dbscan finds how many there are by itself.\n"
            "\n"
            "The groups, larger ones first, are written to the current folder under the data's name with .clusters.safetensors, or to "
            "--out: `micrograd predict` gives new rows their group, `micrograd show` says what sets each group apart.",
        .examples = "micrograd cluster data/iris.csv --truth species\n"
                    "Choose the number of groups, and score them beside the species.\n"
                    "micrograd cluster customers.csv --drop id,name --k 5 --report groups.html\n"
                    "Five groups, and a page that describes them.\n"
                    "micrograd cluster data/digits.csv --truth digit --k 10 --method minibatch --json\n"
                    "Mini-batches, for programs.\n"
                    "micrograd predict iris.clusters.safetensors new.csv\n"
                    "The groups of new rows.",
        .run = cli_cluster,
    },
    {
        .name = "embed",
        .operands = "FILE",
        .operand_count = 1,
        .help = "Give each row a place in a picture, without labels.",
        .description =
            "FILE is anything that `micrograd train` reads, but there is no target: every column is looked at, except those of "
            "--drop and --truth, which only colours the picture. Rows are encoded and scaled as by `micrograd cluster`.\n"
            "\n"
            "pca finds the directions along which rows vary most, and says how much of their variance each explains. tsne keeps "
            "neighbours together, which shows heaps; how large they are and how far they lie apart means little there.\n"
            "\n"
            "The places are written to --out as CSV (row, x1, x2 ..., and truth or group), the first two dimensions drawn to "
            "--picture: to the current folder, under the data's name with .pca.csv and .pca.svg, where nothing else is said. "
            "The same seed gives the same places.",
        .examples = "micrograd embed data/wine.csv --truth cultivar\n"
                    "Principal components, coloured by the cultivar.\n"
                    "micrograd embed data/digits.csv --method tsne --truth digit --picture digits.png\n"
                    "Heaps of digits that look alike.\n"
                    "micrograd embed customers.csv --drop id,name --k 5\n"
                    "Five groups of k-means as colours.\n"
                    "micrograd embed data/digits.csv --drop digit --dimensions 10 --out components.csv --json\n"
                    "Ten numbers in place of 64, for programs.",
        .run = cli_embed,
    },
    {
        .name = "play",
        .operands = "ENVIRONMENT",
        .operand_count = 1,
        .help = "Learn to act in an environment by trial and error.",
        .description =
            "ENVIRONMENT is a name (cartpole, mountaincar, mountaincar-continuous, acrobot, pendulum, frozenlake, cliffwalking, "
            "bandit and more; Gymnasium's ids are names too), a shared library of your own (./mine.so, see "
            "examples/environment), or a text file that draws a world of cells. An agent plays many of them side by side, learns "
            "from what its actions were worth, and is judged on the way; it ends where the environment is solved, or after "
            "--steps or --time, and its best policy is judged by 100 fresh episodes, which the result tells.\n"
            "\n"
            "The policy is written to the current folder under the environment's name, or to --out, with the scale of its "
            "observations. `micrograd predict POLICY observations.csv` gives its actions; --policy FILE judges it again, with "
            "--watch shows it, with --record draws it. The same seed gives the same policy. Ctrl-C ends the learning and keeps "
            "the best policy so far.\n"
            "\n"
            "Settings that are auto are those that solve the environment where it is built in, else the algorithm's own.",
        .examples = "micrograd play cartpole\n"
                    "Learn to balance a pole and write cartpole.safetensors.\n"
                    "micrograd play CartPole-v1 --policy cartpole.safetensors --record cartpole.svg\n"
                    "Judge the policy and draw one of its episodes.\n"
                    "micrograd play pendulum --seeds 5 --report pendulum.html\n"
                    "Learn five times, and draw the learning curves.\n"
                    "micrograd play --check ./mine.so\n"
                    "Does an environment of one's own keep its word?",
        .run = cli_play,
    },
    {
        .name = "help",
        .operands = "[COMMAND|TOPIC|SETTING]",
        .help = "Explain a command, a topic or a setting.",
        .description = "Without a word, lists the commands and topics.",
        .examples = "micrograd help train\n"
                    "The settings of a command.\n"
                    "micrograd help lr\n"
                    "One setting.\n"
                    "micrograd help layers\n"
                    "What a model text can name.",
        .run = cli_help,
        .reads_words = true,
    },
    {
        .name = "version",
        .operands = "",
        .help = "Print the version.",
        .description = "Prints `micrograd X.Y.Z`; `micrograd --version` is the same.",
        .examples = "micrograd --version\n"
                    "Print the version.",
        .run = cli_version,
        .reads_words = true,
    },
};

const cli_command *cli_command_row(int index) {
    return index >= 0 && index < (int)(sizeof commands / sizeof *commands) ? &commands[index] : NULL;
}

const cli_command *cli_command_find(const char *name) {
    const cli_command *row;
    for (int i = 0; (row = cli_command_row(i)) != NULL; i++) {
        if (strcmp(row->name, name) == 0) return row;
    }
    return NULL;
}
