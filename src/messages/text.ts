/** Text that is ready to stand in a message, as everything in it was made safe. */
export type Ready = { readonly ready: string }

/** What a placeholder for text takes; a moment is written as readers of the language expect it. */
export type Text = string | Date | Ready
