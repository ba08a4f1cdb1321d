using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Error messages for people: without programming terms, and with what to do next.</summary>
internal static class Hint
{
    public static string AddTo(Exception failure) => failure switch
    {
        OperationCanceledException => "Interrupted.",
        ArgumentException { ParamName: { } name } =>
            failure.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        PdsException { ErrorName: "AuthFactorTokenRequired" } =>
            With(failure, "Use an app password, which needs no second factor."),
        PdsException { ErrorName: "AuthenticationRequired" } => With(failure, "Use your handle and an app password."),
        RefusedTokenException => With(failure, "Check the clock of this computer and --keyserver."),
        LimitedException { RetryAfter: { } wait } =>
            With(failure, $"Try again in {Math.Ceiling(wait.TotalSeconds)} s."),
        KeyserverException { OutcomeUnknown: true } => With(failure, "The change may have been made: check it."),
        _ => failure.Message,
    };

    /// <summary>Messages of other servers may lack the full stop.</summary>
    private static string With(Exception failure, string hint) => $"{failure.Message.TrimEnd('.')}. {hint}";
}
