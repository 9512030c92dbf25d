import type { Choices } from './choices.ts'
import type { Life } from './life.ts'

/** One step of somebody's life: asks the server once, foresees its answer, and lets the model live on with it. */
export type Act = (life: Life, choices: Choices) => Promise<void>

/** Both forms of a route: the browser is given cookies, the app tokens in the body. */
export const drawForm = (choices: Choices): 'browser' | 'app' => choices.among('browser', 'app')

export const urlOf = (form: 'browser' | 'app', rest: string): string =>
  `/v0/${form === 'app' ? 'app/' : ''}auth/${rest}`
