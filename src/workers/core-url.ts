/**
 * Where a core lies, for the threads that load it. Entries of threads are found beside the module that asks for them: among the
 * library's files, and in the program, where all modules are gathered in one folder (build/program.mjs).
 */
export const coreUrl = (name: 'store-core' | 'restore-core' | 'check-core' | 'walk-core'): URL =>
  new URL(`./${name}.js`, import.meta.url)
