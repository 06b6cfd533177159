/**
 * Where a thread's program lies. It is found beside the module that asks for it: among the library's files, and in the command,
 * where all modules are gathered in one folder (build/program.mjs).
 */
export const threadUrl = (name: 'store' | 'restore' | 'check' | 'walk'): URL =>
  new URL(`./${name}-thread.js`, import.meta.url)
