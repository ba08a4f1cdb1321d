using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Observability;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary>Makes the entries of <c>group.getKeys</c>. The names of their errors are those of <c>getKey</c>.</summary>
public sealed class GroupKeyAnswers(XrpcFailures failures, KeyserverMetrics metrics)
{
    /// <summary>Each failure is logged once, however many keys it affects.</summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure of every key: the client must wait for Retry-After, which an entry cannot contain.
    /// </exception>
    public GroupKeyList Of(IReadOnlyList<RequestedKey> keys, bool isProbe)
    {
        var errors = new Dictionary<Exception, KeyserverException>(ReferenceEqualityComparer.Instance);
        foreach (var key in keys)
        {
            if (key.Failure is { } failure && !errors.ContainsKey(failure))
                errors[failure] = failures.Report(failure, late: failure is OperationCanceledException);
        }

        var granted = keys.Count(key => key.Failure is null);
        if (granted == 0 && errors.Values.All(error => error.Error == ErrorName.UpstreamFailure))
            throw new KeyserverException(ErrorName.UpstreamFailure, "No key can be read now; try again.")
            {
                RetryAfter = errors.Values.Max(error => error.RetryAfter),
            };
        if (!isProbe)
            metrics.GroupKeysRead(granted, denied: keys.Count(key => ErrorOf(key) == ErrorName.Forbidden));
        return new([.. keys.Select(key => ErrorOf(key) is { } error
            ? new GroupKeyEntry(key.Group.Value, key.Asked, null, ErrorStatus.NameOf(error))
            : new GroupKeyEntry(key.Group.Value, key.Version, key.Secret, null))]);

        ErrorName? ErrorOf(RequestedKey key) => key.Failure is null ? null : errors[key.Failure].Error;
    }
}
