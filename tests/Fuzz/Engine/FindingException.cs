namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>A violated invariant.</summary>
public sealed class FindingException(string message) : Exception(message)
{
    public static void Unless(bool holds, string otherwise)
    {
        if (!holds)
            throw new FindingException(otherwise);
    }
}
