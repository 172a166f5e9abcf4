/** What the entry points of the package declare, read by the TypeScript compiler. */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './run-tsx.js';

export interface PublicName {
  readonly name: string;
  /** Members of a type, and of all parts of a union; without those of an exported type that it extends. */
  readonly members: readonly string[];
}

/** The exports of an entry point, such as `src/index.ts`, with the members that the package declares. */
export function publicNames(entry: string): PublicName[] {
  const file = join(root, entry);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([file], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const symbols = checker.getExportsOfModule(module).map((exported) => ({
    name: exported.name,
    symbol: exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported,
  }));
  /** What it has is documented elsewhere: with the exported type, or as part of the platform. */
  const isKnown = (type: ts.Type) =>
    symbols.some(({ symbol }) => symbol === type.symbol) ||
    !type.symbol.declarations!.some(isInPackage);
  return symbols.map(({ name, symbol }) => {
    if ((symbol.flags & ts.SymbolFlags.Type) === 0) return { name, members: [] };
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const inherited = basesOf(type, checker)
      .filter(isKnown)
      .flatMap((base) => checker.getPropertiesOfType(base).map((member) => member.name));
    return {
      name,
      members: membersOf(type, checker).filter((member) => !inherited.includes(member)),
    };
  });
}

function membersOf(type: ts.Type, checker: ts.TypeChecker): string[] {
  const parts = type.isUnion() ? type.types : [type];
  const names = parts.flatMap((part) => {
    const members = checker.getPropertiesOfType(part).filter(isPublic);
    return members.flatMap((member) => [member.name, ...keysInPlace(member, checker)]);
  });
  return [...new Set(names)];
}

/** The keys of an option whose type is written in place, such as `retry?: { attempts?: number }`. */
function keysInPlace(member: ts.Symbol, checker: ts.TypeChecker): string[] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(member));
  const isInPlace = type.symbol?.declarations?.some(ts.isTypeLiteralNode) ?? false;
  return isInPlace ? membersOf(type, checker) : [];
}

/** Declared in this package, and meant for users: no private field, and no brand. */
function isPublic(member: ts.Symbol): boolean {
  if (/^(__[@#]|#|~)/.test(member.name)) return false;
  return member.declarations?.some(isInPackage) ?? false;
}

const isInPackage = (declaration: ts.Declaration) =>
  declaration.getSourceFile().fileName.startsWith(join(root, 'src'));

function basesOf(type: ts.Type, checker: ts.TypeChecker): ts.Type[] {
  if (!type.isClassOrInterface()) return [];
  return checker.getBaseTypes(type).flatMap((base) => [base, ...basesOf(base, checker)]);
}
