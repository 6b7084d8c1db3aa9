# bash completion of micrograd. Made by `micrograd help --completion bash`; do not edit.
_micrograd() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "train predict evaluate show graph help version --help --version" -- "$word"))
        return
    fi
    case $before in
    --target) return ;;
    --task) COMPREPLY=($(compgen -W "auto classification regression" -- "$word")); return ;;
    --scale) COMPREPLY=($(compgen -W "auto standard none" -- "$word")); return ;;
    --val-fraction) return ;;
    --test-fraction) return ;;
    --model) return ;;
    --dropout) return ;;
    --loss) COMPREPLY=($(compgen -W "auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge" -- "$word")); return ;;
    --init) COMPREPLY=($(compgen -W "auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform" -- "$word")); return ;;
    --optimizer) COMPREPLY=($(compgen -W "gd momentum nesterov adagrad rmsprop adam adamw rprop" -- "$word")); return ;;
    --lr) return ;;
    --momentum) return ;;
    --batch) return ;;
    --epochs) return ;;
    --patience) return ;;
    --clip-norm) return ;;
    --clip-value) return ;;
    --l1) return ;;
    --l2) return ;;
    --seed) return ;;
    --threads) return ;;
    esac
    case $command in
    train) options="--target --task --scale --val-fraction --test-fraction --test --model --dropout --loss --init --optimizer --lr --momentum --batch --epochs --patience --clip-norm --clip-value --l1 --l2 --seed --check-finite --threads --out --json --quiet --help" ;;
    predict) options="--threads --quiet --help" ;;
    evaluate) options="--threads --json --quiet --help" ;;
    show) options="--json --help" ;;
    graph) options="--out --help" ;;
    help) options="" ;;
    version) options="" ;;
    esac
    if [ "$command" = help ]; then
        COMPREPLY=($(compgen -W "train predict evaluate show graph help version model layers losses optimizers initializers metrics stops codes" -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _micrograd micrograd
