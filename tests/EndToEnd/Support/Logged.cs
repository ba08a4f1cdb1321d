using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>The app's log: a line comes through a pipe and may arrive after the response to its call.</summary>
internal static class Logged
{
    public static async Task ContainsAsync(AppLog log, string text)
    {
        try
        {
            await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Nothing like \"{text}\" in the log:\n{string.Join('\n', log.Lines)}", e);
        }
    }
}
