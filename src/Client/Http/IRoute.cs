namespace AtpKeyserver.Client;

/// <summary>Where calls are sent, and how they authenticate.</summary>
internal interface IRoute : IDisposable
{
    /// <summary>The origin that <c>xrpc/{nsid}</c> is added to.</summary>
    public ValueTask<Uri> OriginAsync(CancellationToken cancellation);

    /// <param name="request">Receives the headers.</param>
    /// <param name="nsid">The method.</param>
    /// <param name="anonymous">Whether the method needs no token.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public ValueTask AuthorizeAsync(
        HttpRequestMessage request, string nsid, bool anonymous, CancellationToken cancellation);

    /// <summary>
    /// Handles a rejected token. Returns true if the call was rejected because of an outdated token or session that can
    /// be renewed: the call was not executed and can be retried.
    /// </summary>
    /// <param name="nsid">The method.</param>
    /// <param name="status">The status of the rejection.</param>
    /// <param name="errorName">The error name of the rejection.</param>
    /// <param name="token">The rejected token. It may have been replaced since.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public ValueTask<bool> RenewAsync(
        string nsid, int status, string errorName, string? token, CancellationToken cancellation);

    /// <summary>Removes all cached tokens.</summary>
    public void Clear();
}
