/**
 * Wraps an optional `onError` in a function that never throws. If there is no `onError`, or if it
 * throws, errors are written to the console.
 */
export function errorReporter(
  onError: (error: unknown) => void = (error) => console.error(error),
): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch (another) {
      console.error(error, another);
    }
  };
}
