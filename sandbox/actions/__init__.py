"""Actions of people in the workspace. Each class is one part of a Sandbox and works on its `Core`."""
