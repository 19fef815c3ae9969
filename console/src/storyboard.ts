/** A bar beneath the video that shows what is to be seen where the pointer is, and leads there. */

interface Storyboard {
  readonly duration: number;
  readonly tile_width: number;
  readonly tile_height: number;
  readonly sheets: readonly { readonly url: string }[];
  readonly tiles: readonly { readonly start: number; readonly sheet: number; readonly x: number; readonly y: number }[];
}

/** The storyboard of a stream lies where the stream does, under the same transformation and token. */
const addressOf = (stream: string): string =>
  stream.replace(/(\/video\/[a-z]+\/)(.*)\.(m3u8|mpd)(\?.*)?$/, "$1fl_sprite/$2.json$4");

/**
 * Offers the storyboard of a stream; where there is none (sound alone, a signature that holds for the stream only), no bar.
 * @param bar holds one element, the picture
 */
export async function offerStoryboard(stream: string, bar: HTMLElement, video: HTMLVideoElement): Promise<void> {
  const picture = bar.firstElementChild as HTMLElement;
  bar.hidden = true;
  const response = await fetch(addressOf(stream)).catch(() => undefined);
  if (!response?.ok || addressOf(stream) === stream) return;
  const { duration, tile_width, tile_height, sheets, tiles } = (await response.json()) as Storyboard;
  const secondsAt = ({ clientX }: MouseEvent): number => {
    const { left, width } = bar.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / width)) * duration;
  };
  bar.hidden = false;
  bar.onpointermove = (event) => {
    const seconds = secondsAt(event);
    const tile = tiles.findLast(({ start }) => start <= seconds);
    if (!tile) return;
    const room = bar.clientWidth - tile_width;
    Object.assign(picture.style, {
      width: `${tile_width}px`,
      height: `${tile_height}px`,
      left: `${Math.max(0, Math.min(room, (seconds / duration) * bar.clientWidth - tile_width / 2))}px`,
      background: `url("${sheets[tile.sheet]?.url}") -${tile.x}px -${tile.y}px`,
    });
  };
  bar.onclick = (event) => {
    video.currentTime = secondsAt(event);
  };
}
