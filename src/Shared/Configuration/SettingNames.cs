using System.Reflection;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

/// <summary>
/// Settings that no option has, which the framework ignores. A probable misspelling is an error. Any other name may be
/// a setting of a newer or older version, which must not stop an upgrade or a rollback: it only causes a warning.
/// </summary>
internal sealed class SettingNames(IConfigurationSection section) : IValidateOptions<KeyserverOptions>
{
    private const string Delimiter = "__";

    private readonly Lazy<IReadOnlyList<string>> _unknown = new(() => [.. Unknown(section)]);

    /// <summary>All settings. Those that are lists have elements <c>__0</c>, <c>__1</c> …</summary>
    public static IReadOnlyList<(string Name, bool IsList)> Known { get; } =
        [.. NamesOf(typeof(KeyserverOptions), KeyserverOptions.Section + Delimiter)];

    /// <summary>
    /// The setting that was probably meant; null if there is none. Sections are not compared: forgetting one is the
    /// most frequent mistake.
    /// </summary>
    public static string? FindMeant(string name)
    {
        var number = LastPart(name) is { Length: > 0 } last && last.All(char.IsAsciiDigit) ? last : null;
        var stem = LastPart(number is null ? name : Parent(name));
        var (meant, isList) = Known.MinBy(known => Spelling.Edits(stem, LastPart(known.Name)));
        if (!Spelling.IsNear(stem, LastPart(meant)))
            return null;
        return isList ? meant + Delimiter + (number ?? "0") : meant;
    }

    public ValidateOptionsResult Validate(string? name, KeyserverOptions options)
    {
        var errors = _unknown.Value
            .Select(unknown => (Name: unknown, Meant: FindMeant(unknown)))
            .Where(setting => setting.Meant is not null)
            .Select(setting => $"{setting.Name} is not a setting. Did you mean {setting.Meant}?")
            .ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    public void LogUnknown(ILogger logger)
    {
        foreach (var name in _unknown.Value)
            Log.UnknownSetting(logger, name);
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section) => section.AsEnumerable()
        .Where(setting => setting.Value is { Length: > 0 })
        .Select(setting => setting.Key.Replace(ConfigurationPath.KeyDelimiter, Delimiter, StringComparison.Ordinal))
        .Where(name => !Known.Any(known => string.Equals(
            known.Name, known.IsList ? Parent(name) : name, StringComparison.OrdinalIgnoreCase)))
        .Order(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, bool IsList)> NamesOf(Type options, string prefix)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (name, type) = (prefix + property.Name, property.PropertyType);
            if (type.Namespace == options.Namespace && type.IsClass)
            {
                foreach (var inner in NamesOf(type, name + Delimiter))
                    yield return inner;
            }
            else
            {
                yield return (name, type == typeof(IList<string>));
            }
        }
    }

    private static string LastPart(string name) => name.Split(Delimiter)[^1];

    private static string Parent(string name) =>
        name[..Math.Max(0, name.LastIndexOf(Delimiter, StringComparison.Ordinal))];
}
