// AssemblyScript, compiled by build/wasm.mjs. Works on the imported memory alone and keeps nothing in it.

/** Bytes tested at once. A run that is searched for must be at least twice as long. */
const WORD: usize = 64

// @ts-ignore: decorators on functions are AssemblyScript
@inline
function isZeroWord(address: usize): bool {
  const a = v128.or(v128.load(address), v128.load(address, 16))
  const b = v128.or(v128.load(address, 32), v128.load(address, 48))
  return !v128.any_true(v128.or(a, b))
}

/** The number of zero bytes that [address, address + length) starts with. */
export function leadingZeros(address: usize, length: usize): usize {
  const end = address + length
  let p = address
  while (end - p >= WORD && isZeroWord(p)) p += WORD
  while (p < end && load<u8>(p) == 0) p++
  return p - address
}

/** The number of zero bytes that [address, address + length) ends with. */
export function trailingZeros(address: usize, length: usize): usize {
  const end = address + length
  let p = end
  while (p - address >= WORD && isZeroWord(p - WORD)) p -= WORD
  while (p > address && load<u8>(p - 1) == 0) p--
  return end - p
}

/**
 * Where the first run of at least `need` zero bytes starts in [from, to), or `to`. need >= 128.
 * Such a run contains a whole zero word at one of any places that stand need / 2 apart, so only those places are read;
 * a run found there is extended to both sides until it is long enough; else the places are counted anew from its end.
 */
export function findZeroRun(from: usize, to: usize, need: usize): usize {
  const stride = need >> 1
  let probe = from
  while (probe < to && to - probe >= WORD) {
    if (!isZeroWord(probe)) {
      if (to - probe <= stride) return to
      probe += stride
      continue
    }
    const start = probe - trailingZeros(from, probe - from)
    const end = probe + leadingZeros(probe, min(need, to - probe))
    if (end - start >= need) return start
    probe = end
  }
  return to
}
