#ifndef HEADGATE_CLIBYAML_SHIM_H
#define HEADGATE_CLIBYAML_SHIM_H

#include <yaml.h>

#endif
