// node --require: Azurite saves its tables every 5 s. With this, no answer leaves before what it tells is on disk, as with the service;
// an Azurite that is killed has lost nothing that anybody was told.
'use strict';
const http = require('http');
const Loki = require('lokijs');

const { getCollection } = Loki.prototype;
const { end } = http.ServerResponse.prototype;
let tables;

// Called at every start, whether or not there is a file to load.
Loki.prototype.getCollection = function (...args) {
  tables = this;
  return getCollection.apply(this, args);
};

http.ServerResponse.prototype.end = function (...args) {
  if (!tables || !(tables.autosaveDirty() || tables.throttledSavePending)) return end.apply(this, args);
  tables.saveDatabase((error) => (error ? this.destroy(error) : end.apply(this, args)));
  return this;
};
