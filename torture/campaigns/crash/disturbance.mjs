import { execFileSync } from 'node:child_process'

const calls = ['openat', 'write', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'unlinkat', 'link']
calls.push('linkat', 'rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'close')
const errors = ['EIO', 'ENOSPC', 'EINTR']

/** Whether strace can be used here. */
export const canTrace = () => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

const traced = ['-f', '-qq', '-y', '-s', '0', '--seccomp-bpf', '-e', 'signal=none']

/** The words under strace, which writes down each of `names` and may `inject`. */
export const underTrace = (words, tracePath, names, inject) => {
  const injecting = inject === undefined ? [] : ['-e', `inject=${inject}`]
  return [
    'strace',
    ...traced,
    '-o',
    tracePath,
    '-e',
    `trace=${names.join(',')}`,
    ...injecting,
    '--',
    ...words,
  ]
}

/** The words of an undisturbed command, from which `Moments` learns. */
export const watched = (words, tracePath) => underTrace(words, tracePath, calls)

/** When a command does what: the calls that concern a folder, by their number among those of the same name and thread. */
export class Moments {
  #byCall = new Map()

  constructor(trace, folder, durationMs) {
    this.durationMs = durationMs
    const counts = new Map()
    for (const line of trace.split('\n')) {
      const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? []
      if (call === undefined) continue
      const key = `${thread} ${call}`
      const ordinal = (counts.get(key) ?? 0) + 1
      counts.set(key, ordinal)
      if (!line.includes(folder)) continue
      if (!this.#byCall.has(call)) this.#byCall.set(call, [])
      this.#byCall.get(call).push(ordinal)
    }
  }

  /** A call and one of its ordinals. */
  draw(random) {
    const call = random.pick([...this.#byCall.keys()])
    return { call, when: random.pick(this.#byCall.get(call)) }
  }
}

/** What happens to a command: it is killed at some moment or at a system call, or a system call fails. */
export const drawDisturbance = (random, moments, traces) => {
  const kind = traces ? random.below(5) : 0
  if (kind === 0) {
    const killMs = Math.floor(random.below(1000) * moments.durationMs * 0.0011)
    return { what: 'killed at a moment', killMs, wrap: (words) => words }
  }
  const { call, when } = moments.draw(random)
  if (kind <= 3) return injection(`killed at ${call} ${when}`, call, `signal=SIGKILL:when=${when}`)
  const error = random.pick(errors)
  // Node repeats an interrupted call until it is not: once is enough.
  const repeats = error !== 'EINTR' && random.below(3) === 0 ? '+' : ''
  return injection(`${error} of ${call} ${when}${repeats}`, call, `error=${error}:when=${when}${repeats}`)
}

const injection = (what, call, how) => ({
  what,
  killMs: undefined,
  wrap: (words, tracePath) =>
    underTrace(words, tracePath, [...new Set(['fsync', 'fdatasync', call])], `${call}:${how}`),
})

/** Files whose fsync failed and which were synced again: what the second one says is worth nothing. */
export const fsyncsRepeated = (trace) => {
  const failed = new Set()
  const repeated = []
  for (const line of trace.split('\n')) {
    const [, path, result] = /f(?:data)?sync\(\d+<([^>]*)>\)\s+= (.*)/.exec(line) ?? []
    if (path === undefined) continue
    if (failed.has(path)) repeated.push(path)
    if (result.startsWith('-1')) failed.add(path)
  }
  return repeated
}
