/* PDF files, read by pdf.js: fetched only when the first of them is shown. It works in a thread of its own and is
   given nothing but the bytes it asks for: no evaluated code, no scripts of the file, no forms, no WebAssembly, no
   address to fetch from. A thread is made for each file and ends with it. */
import {
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
  type PDFPageProxy,
  PDFWorker,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import worker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { TextContent } from "pdfjs-dist/types/src/display/api";

export type ReadBytes = (from: number, count: number) => Promise<ArrayBuffer>;

const CHUNK = 1 << 17;
/** Pixels of one page at most; larger ones are drawn smaller. */
const LARGEST_PAGE = 12_000_000;

/** Gives pdf.js the parts of the file that it asks for. */
class Parts extends PDFDataRangeTransport {
  #read: ReadBytes;
  #failed: (thrown: unknown) => void;

  constructor(length: number, begin: Uint8Array, read: ReadBytes, failed: (thrown: unknown) => void) {
    super(length, begin);
    this.#read = read;
    this.#failed = failed;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#read(begin, end - begin).then(
      (bytes) => this.onDataRange(begin, new Uint8Array(bytes)),
      (thrown) => this.#failed(thrown),
    );
  }
}

export interface PdfPage {
  /** Draws the page so wide, in pixels of the page on screen; gives what takes it back. */
  draw(canvas: HTMLCanvasElement, width: number, density: number): { done: Promise<void>; stop: () => void };
  /** The words of the page, for those who cannot see it. */
  words(): Promise<string>;
}

export interface PdfFile {
  pages: number;
  /** Height of the first page for a width of 1. */
  shape: number;
  page(number: number): Promise<PdfPage>;
  close(): void;
}

function pageOf(page: PDFPageProxy): PdfPage {
  return {
    draw(canvas, width, density) {
      const whole = page.getViewport({ scale: 1 });
      const wanted = (width / whole.width) * density;
      const most = Math.sqrt(LARGEST_PAGE / (whole.width * whole.height));
      const viewport = page.getViewport({ scale: Math.min(wanted, most) });
      canvas.width = Math.max(1, Math.floor(viewport.width));
      canvas.height = Math.max(1, Math.floor(viewport.height));
      const task = page.render({ canvas, viewport });
      return { done: task.promise, stop: () => task.cancel() };
    },
    async words() {
      // `getTextContent` iterates over this stream, which WebKit cannot.
      const parts = (page.streamTextContent() as ReadableStream<TextContent>).getReader();
      let words = "";
      for (;;) {
        const { done, value } = await parts.read();
        if (done) return words;
        for (const item of value.items) if ("str" in item) words += `${item.str}${item.hasEOL ? "\n" : ""}`;
      }
    },
  };
}

/** Opens a file of this length. */
export async function openPdf(length: number, read: ReadBytes): Promise<PdfFile> {
  const port = new Worker(worker, { type: "module" });
  let fail: (thrown: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // A part that cannot be read after the file was opened leaves its page empty; that is no failure of the file.
  failed.catch(() => undefined);
  port.addEventListener("error", (event) =>
    fail(new Error(event.message || "The PDF reader did not start.")),
  );
  try {
    const begin = new Uint8Array(await read(0, Math.min(length, CHUNK)));
    const task = getDocument({
      range: new Parts(length, begin, read, fail),
      worker: PDFWorker.create({ port }),
      rangeChunkSize: CHUNK,
      disableAutoFetch: true,
      disableStream: true,
      isEvalSupported: false,
      useWasm: false,
      useWorkerFetch: false,
      enableXfa: false,
      maxImageSize: LARGEST_PAGE * 2,
      verbosity: 0,
    });
    const file: PDFDocumentProxy = await Promise.race([task.promise, failed]);
    const first = (await Promise.race([file.getPage(1), failed])).getViewport({ scale: 1 });
    return {
      pages: file.numPages,
      shape: first.height / first.width,
      page: async (number) => pageOf(await file.getPage(number)),
      close: () => void task.destroy().finally(() => port.terminate()),
    };
  } catch (thrown) {
    port.terminate();
    throw thrown;
  }
}
