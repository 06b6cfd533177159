import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs a module in a process of its own, which changes parts of Node for itself; it gets one message and sends its results.
 * `execArgv`: flags of Node.
 * @returns {Promise<number | string | null>} how it ended
 */
export const inProcess = (url, task, onMessage, execArgv = []) =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(url), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv })
    child.on('message', onMessage)
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(signal ?? code))
    child.send(task)
  })

/** In such a process: sends a result, and resolves when it was taken. */
export const tell = (message) => new Promise((resolve) => process.send(message, resolve))
