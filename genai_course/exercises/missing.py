"""Keeps a lesson going when an answer is missing or a learner has used one of the course's own names for something else.

A cell that defines an answer may end in a syntax error, define another name, or not have been run: then the cell that
checks it would end in a bare NameError, and everything below it, too. Before each cell runs, ``watch`` looks at its text:
an argument of ``check`` that has no value gets a stand-in, from which ``check`` knows what to say.
"""

import ast
import difflib
import types

from genai_course.exercises.render import Note, show

CHECKERS = ("check", "claim", "hint", "predict", "quiz")


class Missing:
    """Stands for an answer that no cell has defined. lines: what to say."""

    def __init__(self, name, near):
        renamed = f" There is a `{near}`: is that its new name?" if near else ""
        self.lines = (
            f"No cell has defined `{name}` yet. Run the cell with your answer, and look whether it ends in an error.{renamed}",
        )


class NameWatch:
    """Looks at every cell before it runs. shell: the InteractiveShell of the notebook's kernel."""

    def __init__(self, shell):
        self.shell, self.given = shell, {}
        shell.events.register("pre_run_cell", self.before)
        shell.events.register("post_run_cell", self.after)

    def before(self, info):
        """Give stand-ins to the arguments of ``check`` that have no value, and the course its own names back."""
        try:
            tree = ast.parse(info.raw_cell)
        except (SyntaxError, ValueError):  # magics, or a mistake that Python itself reports
            return
        names = self.shell.user_ns
        self._keep_ours(names)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        for call in calls:
            if call.func.id in CHECKERS and call.args and isinstance(call.args[0], ast.Constant):
                self._give_back(call.func.id)
                for argument in call.args[1:] if call.func.id == "check" else ():
                    self._stand_in(argument, names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name, ours = node.value.id, self.given.get(node.value.id)
                if ours is not None and hasattr(ours, node.attr) and not hasattr(names.get(name), node.attr):
                    self._give_back(name)

    def after(self, result):
        """Take away stand-ins that nothing has replaced."""
        for name in [name for name, value in self.shell.user_ns.items() if isinstance(value, Missing)]:
            del self.shell.user_ns[name]

    def _keep_ours(self, names):
        """Remember what the lesson itself imported from the course, under which name."""
        for name, value in list(names.items()):
            is_module = isinstance(value, types.ModuleType)
            origin = value.__name__ if is_module else getattr(value, "__module__", None)
            ours = isinstance(origin, str) and origin.partition(".")[0] == "genai_course"
            if ours and (is_module or name in CHECKERS):
                self.given.setdefault(name, value)

    def _give_back(self, name):
        names, ours = self.shell.user_ns, self.given.get(name)
        if ours is not None and names.get(name) is not ours:
            names[name] = ours
            said = "The lesson needs the course's own, and has put it back: choose another name for yours."
            show(Note("open", f"`{name}` had another value", (said,)))

    def _stand_in(self, argument, names):
        for node in ast.walk(argument):
            if isinstance(node, ast.Name) and node.id not in names and node.id not in dir(names["__builtins__"]):
                near = difflib.get_close_matches(node.id, [each for each in names if not each.startswith("_")], 1, 0.7)
                names[node.id] = Missing(node.id, *(near or [None]))


def watch():
    """Begin to watch, once, where this runs in a notebook's kernel."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None and not hasattr(shell, "genai_course_names"):
        shell.genai_course_names = NameWatch(shell)
