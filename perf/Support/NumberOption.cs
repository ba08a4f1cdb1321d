using System.CommandLine;
using System.Globalization;

namespace AtpKeyserver.Perf.Support;

/// <summary>An option with a positive integer.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string description, int initial)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => initial,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number)
                && number < 1)
                result.AddError($"{name} must be at least 1.");
        });
        return option;
    }
}
