namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Checks of a step.</summary>
internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new StepFailedException($"expected {what} {expected}, got {actual}");
    }

    public static void That(bool condition, string expected, string got)
    {
        if (!condition)
            throw new StepFailedException($"expected {expected}, got {got}");
    }

    /// <summary>Checks that a key is 32 bytes in lower-case hex.</summary>
    public static string Key(string key, string what)
    {
        That(
            key.Length == 64 && key.All(char.IsAsciiHexDigitLower),
            $"{what} of 64 lower-case hex digits",
            $"'{Short.Of(key)}', {key.Length} characters");
        return key;
    }
}
