import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties of style.css. */
    readonly '--hue'?: number;
  }
}
