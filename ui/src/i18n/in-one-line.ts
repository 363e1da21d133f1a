// Several values of one line as people write them: the postcode beside the town, lines of a street after commas.

export function inOneLine(values: readonly { claim: string; text: string }[]): string {
  return values
    .map(({ claim, text }, i) => {
      const line = text.replaceAll("\n", ", ");
      const isLast = i === values.length - 1;
      if (isLast) return line;
      const beforeTown = claim === "address.postal_code" && values[i + 1]?.claim === "address.locality";
      return beforeTown ? `${line} ` : `${line}, `;
    })
    .join("");
}
