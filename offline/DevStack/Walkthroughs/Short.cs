namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Abbreviates secrets and long names for output.</summary>
internal static class Short
{
    private const int Shown = 8;

    public static string Of(string text) => text.Length <= Shown ? text : text[..Shown] + "…";

    public static string Did(string did) => did.StartsWith("did:plc:", StringComparison.Ordinal)
        ? did[..16] + "…"
        : did;
}
