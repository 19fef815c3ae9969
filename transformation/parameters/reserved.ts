/** Keys of Cloudinary's language that edgereel recognises but does not serve: refused by name, never taken for a folder. */

/** Everything that may stand before the underscore of a component's first parameter. */
export const LANGUAGE_KEYS: ReadonlySet<string> = new Set(
  "a ac af ar b bl bo br c co cs d dl dn dpr dr du e eo f fl fn fps g h if ki l o p pg q r so sp t u vc vs w x y z".split(
    " ",
  ),
);

/** `$name_value` variables, which are components too. */
export const VARIABLE_KEY = /^\$[A-Za-z][A-Za-z0-9]*$/;
