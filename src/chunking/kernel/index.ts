export { findCut } from './cut'
export { findZeroRun, leadingZeros, trailingZeros } from './zeros'
