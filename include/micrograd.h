/* micrograd.h: the whole library. Each header of include/micrograd/ is the manual of one noun; see there. */
#ifndef MICROGRAD_H
#define MICROGRAD_H

#include <micrograd/agent.h>
#include <micrograd/agent_options.h>
#include <micrograd/augment.h>
#include <micrograd/cluster.h>
#include <micrograd/context.h>
#include <micrograd/cross_validation.h>
#include <micrograd/curve.h>
#include <micrograd/dataset.h>
#include <micrograd/doctor.h>
#include <micrograd/embed.h>
#include <micrograd/encoder.h>
#include <micrograd/environment.h>
#include <micrograd/gradient.h>
#include <micrograd/graph.h>
#include <micrograd/history.h>
#include <micrograd/learning_rate.h>
#include <micrograd/metrics.h>
#include <micrograd/model.h>
#include <micrograd/nn.h>
#include <micrograd/op.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>
#include <micrograd/options.h>
#include <micrograd/parameters.h>
#include <micrograd/profile.h>
#include <micrograd/program.h>
#include <micrograd/ranks.h>
#include <micrograd/record.h>
#include <micrograd/report.h>
#include <micrograd/run_folder.h>
#include <micrograd/schedule.h>
#include <micrograd/search_space.h>
#include <micrograd/study.h>
#include <micrograd/tensor.h>
#include <micrograd/trace.h>
#include <micrograd/train.h>
#include <micrograd/tune.h>

#endif
