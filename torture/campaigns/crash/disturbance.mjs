import { execFileSync } from 'node:child_process'

const calls = ['openat', 'write', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'unlinkat', 'link']
calls.push('linkat', 'rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'close')
const errors = ['EIO', 'ENOSPC', 'EINTR']

const runs = (program, args) => {
  try {
    execFileSync(program, args, { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** What this machine has for disturbing with: strace, and prlimit of util-linux. */
export const toolsHere = () => ({
  traces: runs('strace', ['-o', '/dev/null', 'true']),
  limits: runs('prlimit', ['--fsize=1000', 'true']),
})

const traced = ['-f', '-qq', '-y', '-s', '0', '-e', 'signal=none']

/** The words under strace, which writes down each of `names` and may `inject`. */
export const underTrace = (words, tracePath, names, inject) => {
  const injecting = inject === undefined ? [] : ['-e', `inject=${inject}`]
  // It spares the calls that are not traced a stop each, but strace 6.1 then loses the signals that it is to inject.
  const quicker = inject?.includes('signal=') ? [] : ['--seccomp-bpf']
  return [
    'strace',
    ...traced,
    ...quicker,
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

  /** A call and one of its ordinals; rather an early one, since the next run may make fewer. */
  draw(random) {
    const call = random.pick([...this.#byCall.keys()])
    const ordinals = this.#byCall.get(call)
    return { call, when: Math.min(random.pick(ordinals), random.pick(ordinals)) }
  }
}

/** A process of Node does nothing of its own for so much of its time. */
const startShare = 0.2

/** What happens to a command: it is killed at some moment or at a system call, or a system call fails or does only a part. */
export const drawDisturbance = (random, moments, { traces, limits }) => {
  const kinds = [atMoment]
  if (traces) kinds.push(atCall, atCall, atCall, failingCall)
  if (limits) kinds.push(shortWrite)
  return random.pick(kinds)(random, moments)
}

const atMoment = (random, { durationMs }) => ({
  kind: 'moment',
  what: 'killed at a moment',
  killMs: Math.floor((startShare + 0.001 * random.below(900)) * durationMs),
  wrap: (words) => words,
})

const atCall = (random, moments) => {
  const { call, when } = moments.draw(random)
  return injection('call', `killed at ${call} ${when}`, call, `signal=SIGKILL:when=${when}`)
}

const failingCall = (random, moments) => {
  const { call, when } = moments.draw(random)
  const error = random.pick(errors)
  // Node repeats an interrupted call until it is not, and opens its own modules with the same call: there once is enough.
  const mayRepeat = error !== 'EINTR' && call !== 'openat'
  const repeats = mayRepeat && random.below(3) === 0 ? '+' : ''
  const how = `error=${error}:when=${when}${repeats}`
  return injection('error', `${error} of ${call} ${when}${repeats}`, call, how)
}

/** A write that meets the limit stores a part and says so, and the next one fails: Node ignores SIGXFSZ. */
const shortWrite = (random) => {
  const sizeBytes = 1 + random.below(2 ** (4 + random.below(14)))
  return {
    kind: 'short write',
    what: `files of at most ${sizeBytes} bytes`,
    killMs: undefined,
    wrap: (words) => ['prlimit', `--fsize=${sizeBytes}`, ...words],
  }
}

const injection = (kind, what, call, how) => ({
  kind,
  what,
  killMs: undefined,
  wrap: (words, tracePath) =>
    underTrace(words, tracePath, [...new Set(['fsync', 'fdatasync', call])], `${call}:${how}`),
})

/** Of what the command printed. Where Node could not open its own files or modules, the stack is Node's. */
export const hasStackTrace = (stderr) =>
  /\n\s+at .*:\d+:\d+/.test(stderr) && !/node:internal\/modules|ERR_MODULE_NOT_FOUND/.test(stderr)

/** Files whose fsync failed and which were synced again: what the second one says is worth nothing. */
export const fsyncsRepeated = (trace) => {
  const failed = new Set()
  const repeated = []
  for (const line of trace.split('\n')) {
    const [, path, result] = /f(?:data)?sync\(\d+<([^>]*)>\)\s+= (.*)/.exec(line) ?? []
    if (path === undefined) continue
    if (failed.has(path)) repeated.push(path)
    // libuv itself repeats a call that a signal interrupted.
    if (result.startsWith('-1') && !result.includes('EINTR')) failed.add(path)
  }
  return repeated
}
