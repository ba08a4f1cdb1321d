using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>Code in documents.</summary>
internal static partial class Snippets
{
    /// <summary>The blocks of code in a document, by the name in the comment before each.</summary>
    public static IReadOnlyDictionary<string, string> InDocument(string markdown) =>
        Block().Matches(markdown).ToDictionary(
            match => match.Groups["name"].Value, match => match.Groups["code"].Value);

    /// <summary>The regions of a source file, by name, without the indentation of their first line.</summary>
    public static IReadOnlyDictionary<string, string> InSource(string source) =>
        Region().Matches(source).ToDictionary(
            match => match.Groups["name"].Value, match => Unindent(match.Groups["code"].Value));

    private static string Unindent(string code)
    {
        var indent = code.Length - code.TrimStart(' ').Length;
        var lines = code.Split('\n').Select(line => line.Length >= indent ? line[indent..] : line.TrimStart());
        return string.Join('\n', lines);
    }

    [GeneratedRegex("<!-- snippet: (?<name>\\w+) -->\n```\\w+\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(
        "^ *#region (?<name>\\w+)\n(?<code>.*?)^ *#endregion", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Region();
}
