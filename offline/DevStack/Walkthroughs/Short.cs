namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Secrets and long names as they are printed: the beginning is enough to tell one from another.</summary>
internal static class Short
{
    private const int Shown = 8;

    public static string Of(string text) => text.Length <= Shown ? text : text[..Shown] + "…";

    public static string Did(string did) => did.StartsWith("did:plc:", StringComparison.Ordinal)
        ? did[..16] + "…"
        : did;
}
