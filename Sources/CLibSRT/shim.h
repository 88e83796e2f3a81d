#ifndef HEADGATE_CLIBSRT_SHIM_H
#define HEADGATE_CLIBSRT_SHIM_H

#include <srt/access_control.h>
#include <srt/srt.h>

#endif
