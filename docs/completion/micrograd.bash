# bash completion of micrograd. Made by `micrograd help --completion bash`; do not edit.
_micrograd() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "inspect train predict evaluate report watch show graph doctor cross-validate curve tune cluster embed play help version --help --version" -- "$word"))
        return
    fi
    case $before in
    --separator) COMPREPLY=($(compgen -W "auto , ; tab |" -- "$word")); return ;;
    --decimal) COMPREPLY=($(compgen -W ". ," -- "$word")); return ;;
    --header) COMPREPLY=($(compgen -W "auto none first" -- "$word")); return ;;
    --types) return ;;
    --skip-bad) return ;;
    --target) return ;;
    --task) COMPREPLY=($(compgen -W "auto classification regression" -- "$word")); return ;;
    --scale) COMPREPLY=($(compgen -W "auto robust standard none" -- "$word")); return ;;
    --bins) return ;;
    --drop) return ;;
    --image) return ;;
    --image-size) return ;;
    --image-fit) COMPREPLY=($(compgen -W "resize crop" -- "$word")); return ;;
    --image-color) COMPREPLY=($(compgen -W "auto grey color" -- "$word")); return ;;
    --split) return ;;
    --class-weight) return ;;
    --weight) return ;;
    --threshold) COMPREPLY=($(compgen -W "none accuracy balanced_accuracy f1_macro mcc" -- "$word")); return ;;
    --calibrate) COMPREPLY=($(compgen -W "none temperature" -- "$word")); return ;;
    --val-fraction) return ;;
    --test-fraction) return ;;
    --keep) return ;;
    --interval) return ;;
    --model) return ;;
    --dropout) return ;;
    --loss) COMPREPLY=($(compgen -W "auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge" -- "$word")); return ;;
    --init) COMPREPLY=($(compgen -W "auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform" -- "$word")); return ;;
    --members) return ;;
    --optimizer) COMPREPLY=($(compgen -W "auto gd momentum nesterov adagrad rmsprop adam adamw rprop" -- "$word")); return ;;
    --lr) return ;;
    --schedule) return ;;
    --momentum) return ;;
    --batch) return ;;
    --epochs) return ;;
    --patience) return ;;
    --time) return ;;
    --time) return ;;
    --on-divergence) COMPREPLY=($(compgen -W "stop retry" -- "$word")); return ;;
    --metric) COMPREPLY=($(compgen -W "auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance" -- "$word")); return ;;
    --clip-norm) return ;;
    --clip-value) return ;;
    --l1) return ;;
    --l2) return ;;
    --weight-decay) return ;;
    --augment) return ;;
    --label-smoothing) return ;;
    --ema) return ;;
    --folds) return ;;
    --repeats) return ;;
    --compare) return ;;
    --of) return ;;
    --search) return ;;
    --command) return ;;
    --direction) COMPREPLY=($(compgen -W "auto minimize maximize" -- "$word")); return ;;
    --sampler) return ;;
    --pruner) return ;;
    --trials) return ;;
    --target-score) return ;;
    --patience-trials) return ;;
    --trial-batch) return ;;
    --workers) return ;;
    --folds) return ;;
    --outer-folds) return ;;
    --method) return ;;
    --dimensions) return ;;
    --truth) return ;;
    --k) return ;;
    --solver) COMPREPLY=($(compgen -W "auto exact randomised" -- "$word")); return ;;
    --perplexity) return ;;
    --theta) return ;;
    --model) return ;;
    --rounds) return ;;
    --method) return ;;
    --k) return ;;
    --truth) return ;;
    --starts) return ;;
    --iterations) return ;;
    --covariance) COMPREPLY=($(compgen -W "full diagonal tied" -- "$word")); return ;;
    --linkage) COMPREPLY=($(compgen -W "ward complete average single" -- "$word")); return ;;
    --radius) return ;;
    --min-points) return ;;
    --algorithm) return ;;
    --steps) return ;;
    --envs) return ;;
    --horizon) return ;;
    --passes) return ;;
    --batch) return ;;
    --lr) return ;;
    --lr-end) return ;;
    --discount) return ;;
    --lambda) return ;;
    --clip) return ;;
    --entropy) return ;;
    --value-weight) return ;;
    --gradient-norm) return ;;
    --exploration) return ;;
    --exploration-end) return ;;
    --exploration-share) return ;;
    --exploration-steps) return ;;
    --memory) return ;;
    --warmup) return ;;
    --steps-ahead) return ;;
    --priority) return ;;
    --target-rate) return ;;
    --values) COMPREPLY=($(compgen -W "auto plain double duelling both" -- "$word")); return ;;
    --normalise) COMPREPLY=($(compgen -W "auto none observations both" -- "$word")); return ;;
    --model) return ;;
    --seed) return ;;
    --seeds) return ;;
    --time) return ;;
    --seed) return ;;
    --threads) return ;;
    --threads) return ;;
    --run-dir) return ;;
    --resume) return ;;
    --checkpoint-every) return ;;
    --from) return ;;
    --stage) COMPREPLY=($(compgen -W "network plan training" -- "$word")); return ;;
    esac
    case $command in
    inspect) options="--separator --decimal --header --types --skip-bad --target --task --drop --image --image-size --image-fit --image-color --augment --out --json --quiet --help" ;;
    train) options="--separator --decimal --header --types --skip-bad --target --task --scale --bins --drop --image --image-size --image-fit --image-color --split --class-weight --weight --threshold --calibrate --val-fraction --test-fraction --test --model --dropout --loss --init --members --optimizer --lr --schedule --momentum --batch --epochs --patience --time --on-divergence --metric --clip-norm --clip-value --l1 --l2 --weight-decay --augment --label-smoothing --ema --fast --best --seed --check-finite --health --threads --out --report --run-dir --resume --checkpoint-every --from --config --stream --dry-run --explain --profile --trace --json --quiet --help" ;;
    predict) options="--separator --decimal --header --types --skip-bad --keep --interval --threads --out --quiet --help" ;;
    evaluate) options="--separator --decimal --header --types --skip-bad --threads --report --json --quiet --help" ;;
    report) options="--threads --out --quiet --help" ;;
    watch) options="--once --help" ;;
    show) options="--json --help" ;;
    graph) options="--out --stage --help" ;;
    doctor) options="--separator --decimal --header --types --skip-bad --target --task --scale --bins --drop --image --image-size --image-fit --image-color --split --class-weight --weight --threshold --calibrate --val-fraction --test-fraction --test --model --dropout --loss --init --members --optimizer --lr --schedule --momentum --batch --epochs --patience --metric --clip-norm --clip-value --l1 --l2 --weight-decay --augment --label-smoothing --ema --seed --threads --out --config --find-lr --json --quiet --help" ;;
    cross-validate) options="--separator --decimal --header --types --skip-bad --target --task --scale --bins --drop --image --image-size --image-fit --image-color --split --class-weight --weight --threshold --calibrate --val-fraction --test-fraction --test --model --dropout --loss --init --members --optimizer --lr --schedule --momentum --batch --epochs --patience --metric --clip-norm --clip-value --l1 --l2 --weight-decay --augment --label-smoothing --ema --folds --repeats --compare --predictions --fast --best --seed --threads --config --json --quiet --help" ;;
    curve) options="--separator --decimal --header --types --skip-bad --target --task --scale --bins --drop --image --image-size --image-fit --image-color --split --class-weight --weight --threshold --calibrate --val-fraction --test-fraction --test --model --dropout --loss --init --members --optimizer --lr --schedule --momentum --batch --epochs --patience --metric --clip-norm --clip-value --l1 --l2 --weight-decay --augment --label-smoothing --ema --folds --repeats --of --fast --best --seed --threads --out --report --config --json --quiet --help" ;;
    tune) options="--separator --decimal --header --types --skip-bad --target --task --scale --bins --drop --image --image-size --image-fit --image-color --split --class-weight --weight --threshold --calibrate --val-fraction --test-fraction --test --model --dropout --loss --init --members --optimizer --lr --schedule --momentum --batch --epochs --patience --time --metric --clip-norm --clip-value --l1 --l2 --weight-decay --augment --label-smoothing --ema --search --command --direction --sampler --pruner --trials --target-score --patience-trials --trial-batch --workers --folds --outer-folds --study --seed --threads --out --report --config --json --quiet --help" ;;
    cluster) options="--separator --decimal --header --types --skip-bad --scale --drop --image --image-size --image-fit --image-color --method --k --truth --starts --iterations --covariance --linkage --radius --min-points --seed --threads --out --report --config --stream --json --quiet --help" ;;
    embed) options="--separator --decimal --header --types --skip-bad --scale --drop --image --image-size --image-fit --image-color --method --dimensions --truth --k --picture --solver --perplexity --theta --model --rounds --seed --threads --out --config --json --quiet --help" ;;
    play) options="--algorithm --steps --envs --horizon --passes --batch --lr --lr-end --discount --lambda --clip --entropy --value-weight --gradient-norm --exploration --exploration-end --exploration-share --exploration-steps --memory --warmup --steps-ahead --priority --target-rate --values --normalise --model --seed --seeds --time --whole --policy --watch --record --check --threads --out --report --json --quiet --help" ;;
    help) options="" ;;
    version) options="" ;;
    esac
    if [ "$command" = help ]; then
        COMPREPLY=($(compgen -W "inspect train predict evaluate report watch show graph doctor cross-validate curve tune cluster embed play help version data kinds encoding splits metrics intervals weights model layers models losses optimizers schedules initializers augment clustering embedding environments algorithms stops speed settings config codes" -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _micrograd micrograd
