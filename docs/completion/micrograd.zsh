#compdef micrograd
# zsh completion of micrograd. Made by `micrograd help --completion zsh`; do not edit.
_micrograd() {
    local -a commands
    commands=(
        'inspect:Show what a table or images hold, and what to beware of.'
        'train:Train a network on a table or on images.'
        'predict:Predict the rows of a table or images; writes CSV.'
        'evaluate:Score a model on rows that have their target.'
        'report:Write a run’s report again, set several runs side by side, or show a search.'
        'watch:Draw a run’s curves in the terminal, while it goes on.'
        'show:Show what a model holds and how it was trained.'
        'graph:Draw a model’s network as a graph.'
        'doctor:Say what ails a network’s training, and what helps.'
        'cross-validate:Judge a model, or compare several, by cross-validation.'
        'curve:Does more data help; where does a setting under- and overfit?'
        'tune:Search settings and networks, or the arguments of any program.'
        'cluster:Find groups of rows that are alike, without labels.'
        'embed:Give each row a place in a picture, without labels.'
        'play:Learn to act in an environment by trial and error.'
        'help:Explain a command, a topic or a setting.'
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
    inspect)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--out[PNG file of images beside what --augment makes of them.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    train)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--bins[Pieces that each number is cut into at its quantiles, besides its scaled value; 0\: none.]:N:' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--split[random, stratified, time\:COLUMN (the newest rows are the test), group\:COLUMN (a group stays together) or column\:COLUMN (its cells say train, validation or test); auto\: stratified for classes.]:HOW:' \
            '--class-weight[’balanced’, so that rare classes count as much as frequent ones, or a list\: yes=5,no=1.]:WEIGHTS:' \
            '--weight[Column that says how much each row counts.]:COLUMN:' \
            '--threshold[Two classes\: choose the probability from which the second is predicted on validation rows, by this metric; none\: 0.5.]:METRIC:(none accuracy balanced_accuracy f1_macro mcc)' \
            '--calibrate[Classes\: make probabilities bolder or more careful by one number, the temperature with the least log loss on validation rows.]:HOW:(none temperature)' \
            '--val-fraction[Share of all rows that chooses the best epoch, another one for each member; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, of images ’@lenet5’ (help models), or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--members[Networks whose answers are averaged; each is validated on another part of the rows.]:N:' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(auto gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own; find\: by trying, with rates that grow from step to step.]:X:' \
            '--schedule[How the learning rate changes from the first step to the last\: cosine, ’step(10, 0.5)’, ’warmup(3) linear’ (see `micrograd help schedules`).]:TEXT:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--time[Time that the run may take, its resumed parts together\: 30s, 10m, 1h; the best epoch so far is kept; 0\: as it needs.]:TIME:' \
            '--on-divergence[Where the loss is no longer finite, stop; or retry\: go back to the best epoch with half the learning rate, at most ten times.]:WHAT:(stop retry)' \
            '--metric[Metric of the validation rows that chooses the best epoch.]:NAME:(auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance)' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--weight-decay[Of adamw\: each step takes lr times X times the weight off every weight.]:X:' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--label-smoothing[Share of each label that goes to all classes alike, for cross_entropy.]:X:' \
            '--ema[Average the weights over the steps, each counting X times as much as the next; the average is validated and kept. 0\: off.]:X:' \
            '--fast[Less time for a little less quality.]' \
            '--best[More time for a little more quality.]' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--check-finite[Stop at the first NaN or infinity and name the layer, the op, the step and the rows where it arose.]' \
            '--health[Measure gradients, activations and updates of each layer every few steps; what is learned stays the same.]' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[Model file to write; without it the data’s name with .safetensors, in the current folder.]:FILE:_files' \
            '--report[HTML file to write with charts of what came out\: one file that needs nothing else.]:FILE:_files' \
            '--run-dir[New folder that keeps the whole run\: settings, history, checkpoints, model; --resume goes on from it.]:DIR:' \
            '--resume[Go on with the run that was begun with --run-dir DIR, as if it had never ended.]:DIR:' \
            '--checkpoint-every[How often the run folder’s checkpoint is written\: epochs (5) or a time (30s, 2m); auto\: after epochs, at most each 10 s.]:N:' \
            '--from[Go on from a model’s weights, with its encoder and network and a tenth of the usual learning rate, on new data.]:MODEL:' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--stream[Read the data a piece at a time, again in each epoch\: for files that do not fit in memory.]' \
            '--dry-run[Say what would be done, with memory and time, and do not train.]' \
            '--explain[Say why each setting that was left open is what it is.]' \
            '--profile[Say afterwards where the time went\: by layer and op, beside what this machine can do.]' \
            '--trace[File to write the first steps to, on each thread, for Perfetto or chrome\://tracing.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    predict)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--keep[Columns of the file that are written before the prediction, separated by commas.]:NAMES:' \
            '--interval[Numbers\: columns lower and upper, between which the truth lies for a share X of rows like those trained on; 0\: none.]:X:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[File to write, whole or not at all; without it CSV goes to standard output.]:FILE:_files' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    evaluate)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--report[HTML file to write with charts of what came out\: one file that needs nothing else.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    report)
        _arguments \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[HTML file to write; without it report.html, in the run’s folder or, for several, in the current one; of a search beside its journal.]:FILE:_files' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    watch)
        _arguments \
            '--once[Draw what there is and end.]' \
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
            '--stage[What is drawn\: the network; the plan, which is the program that predicts; or that of a step of training.]:NAME:(network plan training)' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    doctor)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--bins[Pieces that each number is cut into at its quantiles, besides its scaled value; 0\: none.]:N:' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--split[random, stratified, time\:COLUMN (the newest rows are the test), group\:COLUMN (a group stays together) or column\:COLUMN (its cells say train, validation or test); auto\: stratified for classes.]:HOW:' \
            '--class-weight[’balanced’, so that rare classes count as much as frequent ones, or a list\: yes=5,no=1.]:WEIGHTS:' \
            '--weight[Column that says how much each row counts.]:COLUMN:' \
            '--threshold[Two classes\: choose the probability from which the second is predicted on validation rows, by this metric; none\: 0.5.]:METRIC:(none accuracy balanced_accuracy f1_macro mcc)' \
            '--calibrate[Classes\: make probabilities bolder or more careful by one number, the temperature with the least log loss on validation rows.]:HOW:(none temperature)' \
            '--val-fraction[Share of all rows that chooses the best epoch, another one for each member; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, of images ’@lenet5’ (help models), or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--members[Networks whose answers are averaged; each is validated on another part of the rows.]:N:' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(auto gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own; find\: by trying, with rates that grow from step to step.]:X:' \
            '--schedule[How the learning rate changes from the first step to the last\: cosine, ’step(10, 0.5)’, ’warmup(3) linear’ (see `micrograd help schedules`).]:TEXT:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--metric[Metric of the validation rows that chooses the best epoch.]:NAME:(auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance)' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--weight-decay[Of adamw\: each step takes lr times X times the weight off every weight.]:X:' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--label-smoothing[Share of each label that goes to all classes alike, for cross_entropy.]:X:' \
            '--ema[Average the weights over the steps, each counting X times as much as the next; the average is validated and kept. 0\: off.]:X:' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[Picture of --find-lr to write, FILE.svg.]:FILE:_files' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--find-lr[Find a good learning rate by trying; draws the curve to --out FILE.svg.]' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    cross-validate)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--bins[Pieces that each number is cut into at its quantiles, besides its scaled value; 0\: none.]:N:' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--split[random, stratified, time\:COLUMN (the newest rows are the test), group\:COLUMN (a group stays together) or column\:COLUMN (its cells say train, validation or test); auto\: stratified for classes.]:HOW:' \
            '--class-weight[’balanced’, so that rare classes count as much as frequent ones, or a list\: yes=5,no=1.]:WEIGHTS:' \
            '--weight[Column that says how much each row counts.]:COLUMN:' \
            '--threshold[Two classes\: choose the probability from which the second is predicted on validation rows, by this metric; none\: 0.5.]:METRIC:(none accuracy balanced_accuracy f1_macro mcc)' \
            '--calibrate[Classes\: make probabilities bolder or more careful by one number, the temperature with the least log loss on validation rows.]:HOW:(none temperature)' \
            '--val-fraction[Share of all rows that chooses the best epoch, another one for each member; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, of images ’@lenet5’ (help models), or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--members[Networks whose answers are averaged; each is validated on another part of the rows.]:N:' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(auto gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own; find\: by trying, with rates that grow from step to step.]:X:' \
            '--schedule[How the learning rate changes from the first step to the last\: cosine, ’step(10, 0.5)’, ’warmup(3) linear’ (see `micrograd help schedules`).]:TEXT:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--metric[Metric of the validation rows that chooses the best epoch.]:NAME:(auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance)' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--weight-decay[Of adamw\: each step takes lr times X times the weight off every weight.]:X:' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--label-smoothing[Share of each label that goes to all classes alike, for cross_entropy.]:X:' \
            '--ema[Average the weights over the steps, each counting X times as much as the next; the average is validated and kept. 0\: off.]:X:' \
            '--folds[Parts that the rows are dealt into, each judged by a model trained on the others; all\: one a row, or a group; auto\: 5.]:K:' \
            '--repeats[Times that the rows are dealt, each time anew and from other weights.]:N:' \
            '--compare[Hidden layers as in --model, given twice or more\: all are judged on the same folds and compared; auto\: those that follow from the data.]:TEXT:' \
            '--predictions[CSV file to write\: of each row its fold, its truth, and what was answered by the model that had not seen it.]:FILE:_files' \
            '--fast[Less time for a little less quality.]' \
            '--best[More time for a little more quality.]' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    curve)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--bins[Pieces that each number is cut into at its quantiles, besides its scaled value; 0\: none.]:N:' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--split[random, stratified, time\:COLUMN (the newest rows are the test), group\:COLUMN (a group stays together) or column\:COLUMN (its cells say train, validation or test); auto\: stratified for classes.]:HOW:' \
            '--class-weight[’balanced’, so that rare classes count as much as frequent ones, or a list\: yes=5,no=1.]:WEIGHTS:' \
            '--weight[Column that says how much each row counts.]:COLUMN:' \
            '--threshold[Two classes\: choose the probability from which the second is predicted on validation rows, by this metric; none\: 0.5.]:METRIC:(none accuracy balanced_accuracy f1_macro mcc)' \
            '--calibrate[Classes\: make probabilities bolder or more careful by one number, the temperature with the least log loss on validation rows.]:HOW:(none temperature)' \
            '--val-fraction[Share of all rows that chooses the best epoch, another one for each member; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, of images ’@lenet5’ (help models), or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--members[Networks whose answers are averaged; each is validated on another part of the rows.]:N:' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(auto gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own; find\: by trying, with rates that grow from step to step.]:X:' \
            '--schedule[How the learning rate changes from the first step to the last\: cosine, ’step(10, 0.5)’, ’warmup(3) linear’ (see `micrograd help schedules`).]:TEXT:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--metric[Metric of the validation rows that chooses the best epoch.]:NAME:(auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance)' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--weight-decay[Of adamw\: each step takes lr times X times the weight off every weight.]:X:' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--label-smoothing[Share of each label that goes to all classes alike, for cross_entropy.]:X:' \
            '--ema[Average the weights over the steps, each counting X times as much as the next; the average is validated and kept. 0\: off.]:X:' \
            '--folds[Parts that the rows are dealt into, each judged by a model trained on the others; all\: one a row, or a group; auto\: 5.]:K:' \
            '--repeats[Times that the rows are dealt, each time anew and from other weights.]:N:' \
            '--of[rows (more and more of those that train), a setting (l2, dropout, batch ...), or a setting with its range\: ’lr=log\:1e-4..1e-1/7’, ’optimizer=adam|momentum’.]:WHAT:' \
            '--fast[Less time for a little less quality.]' \
            '--best[More time for a little more quality.]' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[Picture of the curve to write, FILE.svg.]:FILE:_files' \
            '--report[HTML file to write with the curve and its table.]:FILE:_files' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    tune)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--target[Column to predict; without it the last one.]:NAME:' \
            '--task[Predict a class or a number; auto\: text, or at most 20 distinct whole numbers, are classes.]:TASK:(auto classification regression)' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--bins[Pieces that each number is cut into at its quantiles, besides its scaled value; 0\: none.]:N:' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--split[random, stratified, time\:COLUMN (the newest rows are the test), group\:COLUMN (a group stays together) or column\:COLUMN (its cells say train, validation or test); auto\: stratified for classes.]:HOW:' \
            '--class-weight[’balanced’, so that rare classes count as much as frequent ones, or a list\: yes=5,no=1.]:WEIGHTS:' \
            '--weight[Column that says how much each row counts.]:COLUMN:' \
            '--threshold[Two classes\: choose the probability from which the second is predicted on validation rows, by this metric; none\: 0.5.]:METRIC:(none accuracy balanced_accuracy f1_macro mcc)' \
            '--calibrate[Classes\: make probabilities bolder or more careful by one number, the temperature with the least log loss on validation rows.]:HOW:(none temperature)' \
            '--val-fraction[Share of all rows that chooses the best epoch, another one for each member; 0\: none, the last epoch is kept.]:X:' \
            '--test-fraction[Share of all rows kept for the final score; 0\: none.]:X:' \
            '--test[File of test rows, in place of a test fraction.]:FILE:_files' \
            '--model[Hidden layers, for example ’dense(64) relu dropout(0.1)’, of images ’@lenet5’ (help models), or ’’ for none (a linear model); without it they follow from the data.]:TEXT:' \
            '--dropout[Dropout rate of the network that follows from the data.]:X:' \
            '--loss[What is minimised; auto\: cross_entropy for classes, mean_squared_error for numbers.]:NAME:(auto mean_squared_error mean_absolute_error huber binary_cross_entropy cross_entropy hinge multi_hinge)' \
            '--init[Initial weights of layers that do not say; auto follows from the activation.]:NAME:(auto zeros ones constant glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal normal uniform)' \
            '--members[Networks whose answers are averaged; each is validated on another part of the rows.]:N:' \
            '--optimizer[How weights follow gradients; rprop takes all rows in one batch.]:NAME:(auto gd momentum nesterov adagrad rmsprop adam adamw rprop)' \
            '--lr[Learning rate; auto\: the optimizer’s own; find\: by trying, with rates that grow from step to step.]:X:' \
            '--schedule[How the learning rate changes from the first step to the last\: cosine, ’step(10, 0.5)’, ’warmup(3) linear’ (see `micrograd help schedules`).]:TEXT:' \
            '--momentum[Of momentum, nesterov and rmsprop; auto\: the optimizer’s own.]:X:' \
            '--batch[Rows of a step; auto follows from the number of training rows.]:N:' \
            '--epochs[Passes over the training rows, at most; auto follows from their number.]:N:' \
            '--patience[Epochs without a better validation metric before the run stops; 0\: never stops early.]:N:' \
            '--time[Time that the whole search may take, the last training included\: 30s, 10m, 1h; 0\: as it needs.]:TIME:' \
            '--metric[Metric of the validation rows that chooses the best epoch.]:NAME:(auto accuracy balanced_accuracy log_loss brier roc_auc average_precision f1_macro mcc top_k_accuracy calibration_error r2 rmse mae median_absolute_error explained_variance)' \
            '--clip-norm[Longest gradient, over all weights together; 0\: off.]:X:' \
            '--clip-value[Largest element of the gradient; 0\: off.]:X:' \
            '--l1[Adds X times the sum of |w| over the weights to the mean loss.]:X:' \
            '--l2[Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data.]:X:' \
            '--weight-decay[Of adamw\: each step takes lr times X times the weight off every weight.]:X:' \
            '--augment[Training rows are varied anew in each epoch\: images by ’shift(2) rotate(10) cutout(8)’ or ’@digits’, tables by ’noise(0.1) swap(0.1)’, both by ’mixup(0.2)’ (help augment).]:TEXT:' \
            '--label-smoothing[Share of each label that goes to all classes alike, for cross_entropy.]:X:' \
            '--ema[Average the weights over the steps, each counting X times as much as the next; the average is validated and kept. 0\: off.]:X:' \
            '--search[A setting to search, once for each\: lr=log\:1e-4..1e-1, batch=int\:16..256, ’optimizer=adam|rmsprop’, dropout=0..0.5; for --sampler grid with a count, dropout=0..0.5/3.]:NAME=RANGE:' \
            '--command[Search the arguments of a program in place of FILE\: ’prog --lr {lr}’ is run by the shell; its last line of output is the score, which is minimised.]:TEXT:' \
            '--direction[Is more or less of the score better; auto\: as the metric is, of --command minimize.]:WHICH:(auto minimize maximize)' \
            '--sampler[How trials are suggested\: tpe, gp (both learn from the trials so far), random, sobol or grid.]:NAME:' \
            '--pruner[Which trials end early\: median, asha (after few epochs), wilcoxon (after few folds) or none.]:NAME:' \
            '--trials[Trials that the study is to have in all, earlier ones of its file included; auto\: 50, with --time as many as fit.]:N:' \
            '--target-score[The search ends when a trial is as good.]:X:' \
            '--patience-trials[Trials without a better one before the search ends; 0\: never ends so.]:N:' \
            '--trial-batch[Trials that are suggested together, and so may run at once; what is found depends on it, not on --workers.]:N:' \
            '--workers[Trials that run at once, each on one thread; auto\: one a core. What is found does not depend on it.]:N:' \
            '--folds[Judge each trial by cross-validation on so many folds, the same ones for all; auto\: by the validation rows of one training.]:K:' \
            '--outer-folds[Nested cross-validation\: search without each of so many folds and score its winner there, then search on all rows; 0\: do not.]:K:' \
            '--study[File that keeps the trials, which Optuna reads too; a search goes on from what is there; auto\: named after the data and what is searched.]:FILE:_files' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[Model file to write; without it the data’s name with .safetensors, in the current folder.]:FILE:_files' \
            '--report[HTML file to write with charts of what came out\: one file that needs nothing else.]:FILE:_files' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    cluster)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--method[How groups are found (see `micrograd help clustering`).]:NAME:' \
            '--k[How many groups; of a range the number is chosen, and the choice explained.]:N|LOW..HIGH:' \
            '--truth[Column of the true groups\: never looked at, but what is found is scored by it.]:COLUMN:' \
            '--starts[Times that k-means and mixtures begin anew; the best is kept.]:N:' \
            '--iterations[Steps of one start, at most.]:N:' \
            '--covariance[Of mixtures\: a matrix for each group, variances alone, or one matrix for all.]:KIND:(full diagonal tied)' \
            '--linkage[Of a hierarchy, how far groups are apart\: variance that is gained, farthest rows, mean, nearest rows.]:KIND:(ward complete average single)' \
            '--radius[Of dbscan\: rows so near, in the scaled unit, are neighbours; auto\: from their distances.]:R:' \
            '--min-points[Of dbscan\: rows within the radius, itself among them, that put a row into a group.]:N:' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[File of the groups to write; without it the data’s name with .clusters.safetensors, in the current folder.]:FILE:_files' \
            '--report[HTML file to write with the groups, what sets each apart, and how k was chosen; a name that ends in .svg asks for the first chart alone.]:FILE:_files' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--stream[Read the data a piece at a time, again in each epoch\: for files that do not fit in memory.]' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    embed)
        _arguments \
            '--separator[What stands between the cells of a CSV; auto\: what the first lines have most of.]:WHICH:(auto , ; tab |)' \
            '--decimal[Decimal mark of numbers\: 3.14 or 3,14.]:MARK:(. ,)' \
            '--header[Does the first line name the columns; auto\: unless it looks like the lines below.]:WHERE:(auto none first)' \
            '--types[Kinds of columns that you know better\: age=number,zip=category (see `micrograd help kinds`).]:LIST:' \
            '--skip-bad[Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused.]:N:' \
            '--scale[Scale numbers by median and quartiles, far ones bent back (robust, not for groups), or by mean and deviation (standard); auto\: robust for tables, for groups standard, or none where all columns share a unit.]:HOW:(auto robust standard none)' \
            '--drop[Columns that are not learned from, separated by commas.]:NAMES:' \
            '--image[The columns besides the target are the pixels of an image\: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel’s channels together.]:SIZE:' \
            '--image-size[Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have.]:SIZE:' \
            '--image-fit[Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop).]:HOW:(resize crop)' \
            '--image-color[Pictures have one channel (grey) or three (color); auto\: three if any of them is in colour.]:HOW:(auto grey color)' \
            '--method[How places are found (see `micrograd help embedding`).]:NAME:' \
            '--dimensions[Numbers that a place has; the picture shows the first two.]:N:' \
            '--truth[Column that colours the picture and stands beside the places\: never looked at.]:COLUMN:' \
            '--k[Colour the picture by so many groups, found by k-means in all columns.]:N:' \
            '--picture[Picture to write, FILE.svg or FILE.png; without it the data’s name with .METHOD.svg, in the current folder.]:FILE:_files' \
            '--solver[How principal components are found; auto\: randomised for a few of many columns, else exact.]:NAME:(auto exact randomised)' \
            '--perplexity[t-SNE\: about so many neighbours a row has; 5 to 50 is usual.]:X:' \
            '--theta[t-SNE\: how coarsely far rows are felt; 0\: exactly, which takes time with the square of the rows.]:X:' \
            '--model[Autoencoder\: hidden layers before its code (help layers), of images ’conv(16, 3, stride=2) relu’, or ’’ for none; without it two dense ones.]:TEXT:' \
            '--rounds[Steps of t-SNE, or passes over the rows, at most; auto\: as the method has it (t-SNE\: 1000).]:N:' \
            '--seed[Of split, initial weights, order of rows and dropout\: the same seed gives the same model.]:N:' \
            '--threads[Threads to work on; auto\: one a core. Results do not depend on it.]:N:' \
            '--out[CSV file of the places to write; without it the data’s name with .METHOD.csv, in the current folder.]:FILE:_files' \
            '--config[File of settings, a line each\: name = value; what the command line says goes before.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    play)
        _arguments \
            '--algorithm[How it learns (see `micrograd help algorithms`); without it as suits the environment.]:NAME:' \
            '--steps[Steps to take at most, in all environments together; it ends before where the environment is solved.]:N:' \
            '--envs[Environments that are played side by side.]:N:' \
            '--horizon[Steps of each environment between updates.]:N:' \
            '--passes[How often the steps of a horizon are learned from (ppo); updates after each horizon (dqn, sac).]:N:' \
            '--batch[Steps of one update; divides those of a horizon in all environments (ppo).]:N:' \
            '--lr[Learning rate.]:X:' \
            '--lr-end[Share of the learning rate that is left at the last step; it falls evenly.]:X:' \
            '--discount[What a reward is worth one step later (gamma).]:X:' \
            '--lambda[How far advantages look ahead\: 0 one step, 1 the whole episode.]:X:' \
            '--clip[How far the ratio of probabilities may leave 1 in an update (ppo).]:X:' \
            '--entropy[How much it counts that actions stay various.]:X:' \
            '--value-weight[How much the error of the estimated values counts.]:X:' \
            '--gradient-norm[Largest norm of the gradient of each network; 0\: any.]:X:' \
            '--exploration[How often an action is drawn at random, at first (dqn, q-learning, sarsa).]:X:' \
            '--exploration-end[And later on.]:X:' \
            '--exploration-share[Share of the steps after which it has fallen so far.]:X:' \
            '--exploration-steps[Such an action is kept for up to so many steps, more of them more rarely.]:N:' \
            '--memory[Steps that are kept to learn from again (dqn, sac).]:N:' \
            '--warmup[Steps before the first update (dqn, sac).]:N:' \
            '--steps-ahead[Rewards that are added up before an estimate takes over (dqn, sac).]:N:' \
            '--priority[How much more often surprising steps are learned from; 0\: all alike (dqn).]:X:' \
            '--target-rate[Share of the way that the target networks follow after an update (dqn, sac).]:X:' \
            '--values[Double estimates, or a duelling network, or both (dqn).]:HOW:(auto plain double duelling both)' \
            '--normalise[Scale observations, or rewards too, by their running mean and deviation; dqn and sac\: observations by their bounds.]:WHAT:(auto none observations both)' \
            '--model[Hidden layers of each network, "" for none; without it 2*\[dense(64) tanh\].]:TEXT:' \
            '--seed[Random numbers of weights, actions and episodes\: the same seed gives the same policy.]:N:' \
            '--seeds[Learn so many times, from the seed on; the best policy is kept, the report shows them all.]:N:' \
            '--time[Time to learn for at most (90, 10m, 1.5h); 0\: as it needs.]:T:' \
            '--whole[Take all steps, also once the environment is solved.]' \
            '--policy[A policy learned before\: it is only judged.]:FILE:_files' \
            '--watch[Show an episode of the policy in the terminal.]' \
            '--record[SVG file to write, an animation of an episode.]:FILE:_files' \
            '--check[Examine the environment in place of learning\: whether it keeps its word.]' \
            '--threads[Threads to work on; auto\: one, as small updates do not repay more. Results do not depend on it.]:N:' \
            '--out[Policy file to write; without it the environment’s name with .safetensors, in the current folder.]:FILE:_files' \
            '--report[HTML file to write with the learning curves.]:FILE:_files' \
            '--json[Print the result as one JSON object.]' \
            '--quiet[No progress and no remarks on standard error.]' \
            '--help[Print this help.]' \
            '*:file:_files'
        ;;
    help)
        _values topic inspect train predict evaluate report watch show graph doctor cross-validate curve tune cluster embed play help version data kinds encoding splits metrics intervals weights model layers models losses optimizers schedules initializers augment clustering embedding environments algorithms stops speed settings config codes
        ;;
    esac
}
_micrograd "$@"
