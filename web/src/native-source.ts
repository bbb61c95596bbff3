import { logInState } from './credentials';
import { messageOf } from './explain';
import { type Selection, signUrls } from './signed';

/** A browser that plays HLS by itself sends no token along: where one is needed it gets a signed address. */
export function playNatively(
  video: HTMLVideoElement,
  url: string,
  { stream, ...selection }: Selection & { readonly stream: string },
  onProblem: (problem: string) => void,
): void {
  if (logInState() !== 'done') {
    video.src = url;
    return;
  }
  signUrls(stream, selection).then(
    ({ hls }) => {
      video.src = hls;
    },
    (failure: unknown) => {
      onProblem(messageOf(failure));
    },
  );
}
