/** Loaded into a program before anything else: its wall clock is CLOCK_SHIFT_SECONDS off, and goes to the other side at SIGWINCH. */
const RightDate = Date
let shiftMs = Number(process.env.CLOCK_SHIFT_SECONDS) * 1000
// One of the few signals that do not close the server.
process.on('SIGWINCH', () => {
  shiftMs = -shiftMs
})

globalThis.Date = new Proxy(RightDate, {
  construct: (target, parameters: unknown[]) =>
    Reflect.construct(target, parameters.length === 0 ? [target.now() + shiftMs] : parameters),
  get: (target, name) => (name === 'now' ? () => target.now() + shiftMs : Reflect.get(target, name)),
})
