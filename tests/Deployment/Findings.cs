namespace AtpKeyserver.Tests.Deployment;

internal static class Findings
{
    /// <summary>Shows all findings in full if there are any.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var text = string.Join('\n', findings);
        Assert.True(text.Length == 0, text);
    }
}
