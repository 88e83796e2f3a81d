#ifndef HEADGATE_CLIBCRYPTO_SHIM_H
#define HEADGATE_CLIBCRYPTO_SHIM_H

// The key schedules that libsrt makes are of the old interface.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
