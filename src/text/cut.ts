/** The beginning of a text, at most so many UTF-16 units: it ends between two characters as readers see them. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const characters = new Intl.Segmenter().segment(text.slice(0, 2 * most))
  // Only something that is no character in any script is so long that it begins at the start.
  const end = characters.containing(most)?.index || most
  return text.slice(0, end)
}
