import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { listenForSignals } from '../../src/cli/interruption.js'

const listening = () => {
  const source = new EventEmitter()
  const left: number[] = []
  const told: string[] = []
  const later: (() => void)[] = []
  const interruption = listenForSignals(
    source,
    (code) => left.push(code),
    (text) => told.push(text),
    (action) => later.push(action),
  )
  return { source, left, told, later, interruption }
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s stops the call under way', (name) => {
    const { source, left, interruption } = listening()
    source.emit(name)
    expect(interruption.signal.aborted).toBe(true)
    expect(interruption.stopGently.aborted).toBe(false)
    expect(left).toEqual([])
  })

  it('ends a process that does not hear it after a while', () => {
    const { source, left, later } = listening()
    source.emit('SIGINT')
    for (const action of later) action()
    expect(left).toEqual([130])
  })

  it('lets a backup finish what is under way, and says so', () => {
    const { source, left, told, later, interruption } = listening()
    interruption.beGentle()
    source.emit('SIGTERM')
    expect(interruption.stopGently.aborted).toBe(true)
    expect(interruption.signal.aborted).toBe(false)
    expect(told).toHaveLength(1)
    expect(later).toEqual([])
    expect(left).toEqual([])
  })

  it('given twice leaves at once with 130', () => {
    const { source, left, interruption } = listening()
    interruption.beGentle()
    source.emit('SIGINT')
    source.emit('SIGTERM')
    expect(left).toEqual([130])
  })
})
