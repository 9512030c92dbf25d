import sharp from 'sharp'

/** A lettering on a clear ground, as logos are: an SVG that a real program makes pictures of. */
const lettering = (width: number, height: number): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<circle cx="${height / 2}" cy="${height / 2}" r="${height / 2.5}" fill="#2f5bd0"/>
<rect x="${height * 1.2}" y="${height * 0.35}" width="${width - height * 1.4}" height="${height * 0.3}" fill="#1b1b1f"/></svg>`)

const draw = (width: number, height: number) => sharp(lettering(width, height))

export const logos = {
  png: (width = 480, height = 96) => draw(width, height).png().toBuffer(),
  jpeg: (width = 480, height = 96) => draw(width, height).flatten({ background: '#ffffff' }).jpeg().toBuffer(),
  progressive: () => draw(480, 96).flatten({ background: '#ffffff' }).jpeg({ progressive: true }).toBuffer(),
  gif: (width = 480, height = 96) => draw(width, height).gif().toBuffer(),
  webp: () => draw(480, 96).webp().toBuffer(),
  svg: async () => lettering(480, 96),
  /** A picture of noise, which nothing packs well. */
  noise: (width: number, height: number) =>
    sharp({
      create: { width, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .png()
      .toBuffer(),
}
