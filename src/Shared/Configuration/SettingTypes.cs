using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

/// <summary>
/// Settings whose text does not have the type of their option. The framework's binder stops at the first; here all are
/// found and named as variables are written, together with the other errors.
/// </summary>
internal sealed class SettingTypes(IConfigurationSection section) : IValidateOptions<KeyserverOptions>
{
    private readonly Lazy<IReadOnlyList<(IConfigurationSection Setting, Type Type)>> _invalid =
        new(() => [.. Invalid(section, typeof(KeyserverOptions))]);

    /// <summary>Binds the settings that have the right type.</summary>
    public void Bind(KeyserverOptions options)
    {
        if (_invalid.Value.Count == 0)
        {
            section.Bind(options);
            return;
        }

        var invalid = _invalid.Value.Select(found => found.Setting.Path)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        new ConfigurationBuilder()
            .AddInMemoryCollection(section.AsEnumerable().Where(setting => !invalid.Contains(setting.Key)))
            .Build()
            .GetSection(section.Path)
            .Bind(options);
    }

    public ValidateOptionsResult Validate(string? name, KeyserverOptions options)
    {
        var errors = _invalid.Value
            .Where(found => found.Setting.Value!.Length > 0)
            .Select(found =>
                $"Set {found.Setting.Path.Replace(":", "__", StringComparison.Ordinal)} to {Describe(found.Type)}, "
                + $"not '{found.Setting.Value}'.")
            .ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Settings that cannot be bound. Empty ones are not errors: their options keep the defaults.</summary>
    private static IEnumerable<(IConfigurationSection Setting, Type Type)> Invalid(
        IConfiguration settings, Type options)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (setting, type) = (settings.GetSection(property.Name), property.PropertyType);
            if (type.Namespace == typeof(KeyserverOptions).Namespace && type.IsClass)
            {
                foreach (var inner in Invalid(setting, type))
                    yield return inner;
            }
            else if (setting.Value is { } text && type.IsValueType && !HasType(text, type))
            {
                yield return (setting, type);
            }
        }
    }

    private static bool HasType(string text, Type type)
    {
        try
        {
            return type.IsEnum
                ? Enum.TryParse(type, text, ignoreCase: true, out var value) && Enum.IsDefined(type, value)
                : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Describe(Type type)
    {
        if (type.IsEnum)
            return string.Join(", ", Enum.GetNames(type)[..^1]) + " or " + Enum.GetNames(type)[^1];
        return type == typeof(bool) ? "true or false" : "a whole number";
    }
}
