import { failureLines, figure, markdownTable, ratio } from '../machine/markdown-table.mjs'

/** @typedef {import('./history.mjs').HistoryResult} HistoryResult */

/**
 * @param {readonly HistoryResult[]} results of one history
 * @param {string} reference the tool that the others are divided by
 */
export const historyTable = (results, reference) => {
  const against = results.find(({ tool }) => tool === reference)
  const peers = results.flatMap(({ tool, storedBytes }) =>
    tool === 'varve' || storedBytes === undefined ? [] : [storedBytes],
  )
  const rows = results.map(({ tool, storedBytes, backups, restore, alone }) => [
    tool,
    figure(storedBytes === undefined ? undefined : storedBytes / 1e6, 1),
    figure(ratio(storedBytes, Math.min(...peers)), 2),
    figure(backups?.wallS, 2),
    figure(backups?.cpuS, 2),
    figure(backups?.peakMb, 0),
    figure(restore?.wallS, 2),
    figure(restore?.cpuS, 2),
    figure(ratio(restore?.wallS, alone?.wallS), 2),
    figure(ratio(storedBytes, against?.storedBytes), 2),
    figure(ratio(backups?.wallS, against?.backups?.wallS), 2),
    figure(ratio(restore?.wallS, against?.restore?.wallS), 2),
  ])
  const titles = [
    ...['tool', 'stored MB', '÷ best peer', 'backups s', 'CPU s', 'peak MB', 'restore s', 'CPU s'],
    ...['÷ alone', `stored ÷ ${reference}`, 'backups ÷', 'restore ÷'],
  ]
  return [markdownTable(titles, rows), ...failureLines(results)].join('\n')
}
