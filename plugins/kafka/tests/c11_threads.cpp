// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// For ThreadSanitizer alone: librdkafka makes its threads with C11's thrd_create, which GCC 12's
/// runtime does not know, so that the first allocation in one of them crashes. Here the functions
/// that librdkafka uses are the pthread ones, which it does know. glibc's types are the same.

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* from) {
  const Start start = *static_cast<Start*>(from);
  delete static_cast<Start*>(from);
  return reinterpret_cast<void*>(static_cast<intptr_t>(start.function(start.argument)));
}

pthread_mutex_t* mutex(mtx_t* m) { return reinterpret_cast<pthread_mutex_t*>(m); }
pthread_cond_t* condition(cnd_t* c) { return reinterpret_cast<pthread_cond_t*>(c); }
int answer(int error) {
  return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

}  // namespace

extern "C" {

/// It sees librdkafka's locks, not its atomic counters of references.
const char* __tsan_default_suppressions() { return "race:librdkafka.so\n"; }

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  return answer(pthread_create(thread, nullptr, run, new Start{function, argument}));
}
int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return answer(error);
}
int thrd_detach(thrd_t thread) { return answer(pthread_detach(thread)); }

int mtx_init(mtx_t* m, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(mutex(m), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return answer(error);
}
void mtx_destroy(mtx_t* m) { pthread_mutex_destroy(mutex(m)); }
int mtx_lock(mtx_t* m) { return answer(pthread_mutex_lock(mutex(m))); }
int mtx_trylock(mtx_t* m) { return pthread_mutex_trylock(mutex(m)) ? thrd_busy : thrd_success; }
int mtx_unlock(mtx_t* m) { return answer(pthread_mutex_unlock(mutex(m))); }

int cnd_init(cnd_t* c) { return answer(pthread_cond_init(condition(c), nullptr)); }
void cnd_destroy(cnd_t* c) { pthread_cond_destroy(condition(c)); }
int cnd_signal(cnd_t* c) { return answer(pthread_cond_signal(condition(c))); }
int cnd_broadcast(cnd_t* c) { return answer(pthread_cond_broadcast(condition(c))); }
int cnd_wait(cnd_t* c, mtx_t* m) { return answer(pthread_cond_wait(condition(c), mutex(m))); }
int cnd_timedwait(cnd_t* c, mtx_t* m, const timespec* until) {
  return answer(pthread_cond_timedwait(condition(c), mutex(m), until));
}

}  // extern "C"
