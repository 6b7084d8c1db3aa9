#compdef micrograd
# zsh completion of micrograd. Made by `micrograd help --completion zsh`; do not edit.
_micrograd() {
    local -a commands
    commands=(
        'train:Train a network on a table or on images.'
        'predict:Predict the rows of a table or images; writes CSV.'
        'evaluate:Score a model on rows that have their target.'
        'show:Show what a model holds and how it was trained.'
        'graph:Draw a model’s network as a graph.'
        'help:Explain a command, or list layers, optimizers, losses ...'
        'version:Print the version.'
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
    train)
        _arguments \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Standardise the inputs by the training rows’ mean and deviation; auto does.]:HOW:(auto standard none)' \
            '--val-fraction[Share of all rows that chooses the best epoch; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own.]:X:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--check-finite[Stop at the first NaN or infinity and name the layer, the op, the step and the rows where it arose.]' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[Model file to write; without it the data’s name with .safetensors, in the current folder.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    predict)
        _arguments \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    evaluate)
        _arguments \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    show)
        _arguments \
            '--json[Print the result as one JSON object.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    graph)
        _arguments \
            '--out[File to write; a name that ends in .svg asks for a picture. Without it DOT goes to standard output.]:FILE:_files' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    help)
        _values topic train predict evaluate show graph help version model layers losses optimizers initializers metrics stops codes
        ;;
    esac
}
_micrograd "$@"
