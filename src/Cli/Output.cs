using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Tables and sentences for people; with <c>--json</c>, the keyserver's JSON for scripts.</summary>
internal static class Output
{
    private const string ZeroWidthJoiners = "\u200C\u200D";

    /// <summary>Writes a list as a table, or as a response of the keyserver.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="items">The entries.</param>
    /// <param name="response">The response around the entries.</param>
    /// <param name="columns">The columns of the table.</param>
    public static void List<T>(
        ParseResult line,
        IReadOnlyCollection<T> items,
        Func<JsonArray, JsonObject> response,
        params (string Title, Func<T, object?> Value)[] columns)
    {
        if (line.GetValue(Settings.Json))
        {
            WriteJson(response(Wire.Entries(items)));
            return;
        }

        string[][] rows = [[.. columns.Select(column => column.Title)], .. items.Select(
            item => columns.Select(column => Cell(column.Value(item))).ToArray())];
        var widths = columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Writes a result as a sentence or as a response of the keyserver.</summary>
    public static void Tell<T>(ParseResult line, string sentence, T response)
    {
        if (line.GetValue(Settings.Json))
            WriteJson(Wire.Response(response));
        else
            Console.Out.WriteLine(Clean(sentence));
    }

    /// <summary>Writes an error to standard error, as a sentence or as an error of the keyserver.</summary>
    public static void Fail(ParseResult line, Exception failure)
    {
        var message = Hint.AddTo(failure);
        var text = line.GetValue(Settings.Json)
            ? EscapeHidden(Wire.Print(Wire.Response(new { Error = NameOf(failure), Message = message })))
            : Clean(failure is KeyserverException known ? $"{known.ErrorName}: {message}" : message);
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed. The exit status still tells the error.
        }
    }

    public static void WriteJson(JsonNode json) => Console.Out.WriteLine(EscapeHidden(Wire.Print(json)));

    /// <summary>
    /// Writes decrypted content: unchanged to a file or pipe. On a terminal, it is cleaned because others wrote it;
    /// line breaks and tabs are kept, and the joiners that emoji and some scripts need.
    /// </summary>
    public static async Task WriteContentAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var shown = Console.IsOutputRedirected
            ? content
            : Encoding.UTF8.GetBytes(Clean(
                Encoding.UTF8.GetString(content.Span).Replace("\r\n", "\n", StringComparison.Ordinal),
                kept: "\n\t" + ZeroWidthJoiners));
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(shown, cancellation);
    }

    /// <summary>
    /// Escapes, such as <c>\u202e</c>, the characters that a terminal interprets or hides: control characters, format
    /// characters such as bidirectional overrides (Unicode category Cf), line and paragraph separators, private and
    /// unassigned code points.
    /// </summary>
    public static string Clean(string text, string kept = "")
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsShown(rune) || (rune.IsBmp && kept.Contains((char)rune.Value)))
                clean.Append(rune);
            else
                clean.Append(string.Concat(rune.ToString().Select(c => $"\\u{(int)c:x4}")));
        }

        return clean.ToString();
    }

    /// <summary>Such as <c>1 group</c> or <c>2 groups</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    private static string NameOf(Exception failure) => failure switch
    {
        KeyserverException known => known.ErrorName,
        DecryptionFailedException => "DecryptionFailed",
        Accounts.AccountNotFoundException => "AccountNotFound",
        UsageException or ArgumentException => KeyserverErrors.InvalidRequest,
        OperationCanceledException => "Interrupted",
        _ => "Failed",
    };

    private static string EscapeHidden(string json) => Clean(json, kept: "\n");

    private static string Cell(object? value) => Clean(value switch
    {
        null => "",
        DateTimeOffset time => time.ToString("u"),
        _ => value.ToString() ?? "",
    });

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control
        or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
