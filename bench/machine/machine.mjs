import { cpus, loadavg, release, totalmem } from 'node:os'

/** What a reader must know about the machine to repeat a figure. */
export const describeMachine = () => {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Number((totalmem() / 1e9).toFixed(1)),
    kernel: release(),
    node: process.version,
    load: loadavg().map((load) => Number(load.toFixed(2))),
  }
}

export const machineLines = () => {
  const { cpu, cores, memoryGb, kernel, node, load } = describeMachine()
  return [
    `- machine: ${cpu}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}, Node ${node}`,
    `- load when this began (1, 5, 15 minutes): ${load.join(', ')}`,
  ]
}
