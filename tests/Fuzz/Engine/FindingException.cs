namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>Something that must never be.</summary>
public sealed class FindingException(string message) : Exception(message)
{
    public static void Unless(bool holds, string otherwise)
    {
        if (!holds)
            throw new FindingException(otherwise);
    }
}
