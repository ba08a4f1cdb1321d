using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using AtpKeyserver.Configuration;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Contract.Docs;

/// <summary>docs/SETTINGS.md lists the options of the app with their defaults.</summary>
public sealed partial class SettingsDocumentTests
{
    private static readonly IReadOnlyDictionary<string, string> Documented = Row()
        .Matches(File.ReadAllText(Path.Combine(AzuriteProcess.RepositoryRoot(), "docs", "SETTINGS.md")))
        .ToDictionary(row => row.Groups["name"].Value, row => row.Groups["default"].Value);

    [Fact]
    public void Each_option_is_listed_and_nothing_else_is() =>
        Assert.Equal(Options().Select(option => option.Setting).Order(), Documented.Keys.Order());

    [Fact]
    public void Each_default_is_that_of_the_app() => Assert.All(
        Options().Where(option => option.Default is not ("" or IList)),
        option => Assert.Equal(
            $"`{Convert.ToString(option.Default, CultureInfo.InvariantCulture)}`",
            Documented[option.Setting],
            ignoreCase: true));

    private static IEnumerable<(string Setting, object? Default)> Options() =>
        Options(new KeyserverOptions(), KeyserverOptions.Section);

    private static IEnumerable<(string Setting, object? Default)> Options(object options, string path) =>
        options.GetType().GetProperties().SelectMany(property =>
        {
            var (name, value) = ($"{path}__{property.Name}", property.GetValue(options));
            var type = property.PropertyType;
            return type.IsClass && type.Namespace == typeof(KeyserverOptions).Namespace
                ? Options(value!, name)
                : [(name, value)];
        });

    /// <summary>The name of a list without the index of its first item.</summary>
    [GeneratedRegex(@"^\| `(?<name>Keyserver__\w+?)(?:__0)?`[^|]*\| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
